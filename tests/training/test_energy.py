"""Energy and carbon of training: from counters that the test writes, from a stated power, or not claimed."""

import json
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch

from training import ledger
from training.errors import StageError
from training.measuring import energy
from training.measuring.cost import Cost
from training.recipe import load_recipe
from training.record import Attempt, Sitting
from training.run_context import Context
from training.run_folder import RunFolder

MEGAJOULE = 1_000_000 / 3.6e6  # in kWh


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without counters and settings; counters may be written into the folder."""
    monkeypatch.setattr(energy, "RAPL", tmp_path / "powercap")
    for setting in (energy.WATTS, energy.COUNTRY):
        monkeypatch.delenv(setting, raising=False)
    return tmp_path / "powercap"


def domain(machine: Path, place: str, name: str, microjoules: int, most: int = 262_143_328_850) -> Path:
    folder = machine / f"intel-rapl:{place}"
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "max_energy_range_uj").write_text(f"{most}\n")
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    return folder


def test_without_a_counter_or_a_stated_power_nothing_is_known():
    meter = energy.Meter()
    meter.look()
    assert meter.sitting.method is None
    assert energy.total_kwh([meter.sitting]) is None and energy.total_grams([meter.sitting]) is None


def test_packages_and_memory_are_added_and_their_parts_are_not(machine):
    package = domain(machine, "0", "package-0", 5_000_000)
    core = domain(machine, "0:0", "core", 1_000_000)
    memory = domain(machine, "0:1", "dram", 7)
    whole = domain(machine, "1", "psys", 1)
    (counter,) = energy.counters({})
    assert "RAPL" in counter.method and "memory" in counter.method
    for folder, microjoules in ((package, 8_000_000), (core, 9_000_000), (memory, 500_007), (whole, 10**9)):
        (folder / "energy_uj").write_text(str(microjoules))
    assert counter.joules() == pytest.approx(3.5)
    assert counter.joules() == 0


def test_a_counter_that_starts_again_has_not_run_backwards(machine):
    package = domain(machine, "0", "package-0", 900_000, most=999_999)
    (counter,) = energy.counters({})
    assert "memory" not in counter.method
    (package / "energy_uj").write_text("200000")
    assert counter.joules() == pytest.approx(0.3)


def test_counters_that_may_not_be_read_are_none(machine, monkeypatch):
    domain(machine, "0", "package-0", 1)
    monkeypatch.setattr(energy.os, "access", lambda path, mode: False)
    assert energy.counters({}) == []


def test_counters_are_preferred_to_an_estimate(machine):
    domain(machine, "0", "package-0", 1)
    (counter,) = energy.counters({energy.WATTS: "65"})
    assert isinstance(counter, energy.Rapl)


def test_an_estimate_is_the_stated_power_times_the_share_of_processor_time():
    (counter,) = energy.counters({energy.WATTS: "120"})
    assert counter.method == "estimated from the processors' rated power of 120 W and this process's load"
    before = time.process_time()
    while time.process_time() < before + 0.3:
        pass
    assert counter.joules() == pytest.approx(120 / (psutil.cpu_count() or 1) * 0.3, rel=0.5)


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Two graphics cards, by UUID with the millijoules that they have used so far."""
    used = {"GPU-a": 1000, "GPU-b": 50}
    names = [SimpleNamespace(uuid="a", name="Card One"), SimpleNamespace(uuid="b", name="Card Two")]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", names.__getitem__)
    monkeypatch.setattr(energy.pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(energy.pynvml, "nvmlDeviceGetHandleByUUID", lambda uuid: uuid)
    monkeypatch.setattr(energy.pynvml, "nvmlDeviceGetTotalEnergyConsumption", used.__getitem__)
    return used


def test_graphics_cards_are_added_to_the_processors(machine, cards):
    package = domain(machine, "0", "package-0", 0)
    meter = energy.Meter({})
    cards["GPU-a"] += 2_000_000
    cards["GPU-b"] += 1_000_000
    (package / "energy_uj").write_text(str(500 * 10**6))
    meter.look()
    assert meter.sitting.kwh == pytest.approx(3500 / 3.6e6)
    assert meter.sitting.method and meter.sitting.method.endswith(
        "of the graphics cards (NVML: Card One, Card Two)"
    )


def test_cards_alone_or_processors_alone_would_be_too_little(machine, cards, monkeypatch, capsys):
    assert energy.counters({}) == []

    def unsupported(handle):
        raise energy.pynvml.NVMLError(energy.pynvml.NVML_ERROR_NOT_SUPPORTED)

    monkeypatch.setattr(energy.pynvml, "nvmlDeviceGetTotalEnergyConsumption", unsupported)
    assert energy.counters({energy.WATTS: "65"}) == []
    assert "no counter to read" in capsys.readouterr().out


def test_carbon_is_the_energy_times_the_intensity_of_each_country():
    one = Sitting(method="read", country="DEU", kwh=2)
    other = Sitting(method="estimated", country="FRA", kwh=1)
    assert energy.total_kwh([one, other]) == (3, "read; estimated")
    total = energy.total_grams([one, other, one])
    assert total
    assert total.value == pytest.approx(4 * 380.95 + 56.039)
    assert (
        "380.95 g/kWh, the mean of Germany in 2023; 56.039 g/kWh, the mean of France in 2023" in total.method
    )
    assert "Our World in Data" in total.method


def test_one_unknown_sitting_makes_the_sum_unknown():
    known, nowhere, unmetered = Sitting(method="read", country="DEU"), Sitting(method="read"), Sitting()
    assert energy.total_kwh([known, nowhere]) is not None and energy.total_grams([known, nowhere]) is None
    assert energy.total_kwh([known, unmetered]) is None
    assert energy.total_kwh([]) is None


def test_a_resumed_stage_adds_up(machine, tmp_path, monkeypatch):
    """The first sitting is killed; the file that it left goes on, on a counter that has started again."""
    monkeypatch.setenv(energy.COUNTRY, "deu")
    package = domain(machine, "0", "package-0", 0)
    file = tmp_path / "attempt.json"
    with Cost(Attempt(inputs="x"), file):
        (package / "energy_uj").write_text(str(10**12 // 5))
    (package / "energy_uj").write_text("0")
    with Cost(Attempt.model_validate_json(file.read_bytes()), file) as attempt:
        (package / "energy_uj").write_text(str(10**12 // 10))
    kept = Attempt.model_validate_json(file.read_bytes())
    assert kept == attempt
    assert [sitting.country for sitting in kept.sittings] == ["DEU", "DEU"]
    used, emitted = energy.total_kwh(kept.sittings), energy.total_grams(kept.sittings)
    assert used and used.value == pytest.approx(0.3 * MEGAJOULE)
    assert emitted and emitted.value == pytest.approx(0.3 * MEGAJOULE * 380.95)


def test_an_unknown_sitting_survives_the_record(tmp_path):
    attempt = Attempt(inputs="x", sittings=[Sitting()])
    assert Attempt.model_validate_json(attempt.model_dump_json(exclude_none=True)) == attempt
    assert json.loads(attempt.model_dump_json(exclude_none=True))["sittings"] == [{"kwh": 0.0}]


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        (energy.WATTS, "many", "watts, as 65, found 'many'"),
        (energy.WATTS, "-5", "found '-5'"),
        (energy.WATTS, "nan", "found 'nan'"),
        (energy.COUNTRY, "GERMANY", "three letters of ISO 3166"),
        (energy.COUNTRY, "DEX", "near it: .*DEU"),
    ],
)
def test_a_setting_that_makes_no_sense_says_what_is_expected(setting, value, message):
    with pytest.raises(StageError, match=message):
        energy.Meter({setting: value})


def test_every_intensity_is_plausible():
    """Between hydropower and lignite, in a year that is not long past."""
    known = energy.intensities()
    assert len(known) > 200
    for code, intensity in known.items():
        assert len(code) == 3 and code.isupper() and intensity.name
        assert 10 < intensity.grams_per_kwh < 1400 and intensity.year >= 2021, intensity


def test_the_ledger_claims_what_the_steps_of_a_model_used(tmp_path, monkeypatch):
    """The student's training is two steps where the recipe prunes; the teacher's energy is not known."""
    used = {
        "teacher": [Sitting(country="DEU", kwh=9)],
        "student": [
            Sitting(method="read", country="DEU", kwh=2),
            Sitting(method="read", country="DEU", kwh=1, threads=2, arithmetic="FP32"),
        ],
        "pruned": [
            Sitting(method="estimated", country="FRA", kwh=4, threads=3, arithmetic="bfloat16 autocast")
        ],
    }
    costs = {
        step: Attempt(inputs="x", seconds=5, peak_memory=7, sittings=sittings)
        for step, sittings in used.items()
    }
    monkeypatch.setattr(ledger, "read_record", lambda context, step: SimpleNamespace(cost=costs[step]))
    pruned = "steps.pruned={do: prune, like: student, of: student, amount: 0.5}"
    recipe = load_recipe("smoke", [pruned, "models.student.from=pruned"])
    context = Context(recipe, RunFolder(tmp_path))
    claims = {claim.id.text: claim for claim in ledger._cost(context, "student")}
    energy_claim, co2 = claims["student.training.energy"], claims["student.training.co2"]
    assert (energy_claim.value, energy_claim.unit, energy_claim.method) == (7, "kWh", "read; estimated")
    assert (co2.unit, co2.aggregation) == ("g", "total")
    assert co2.value == pytest.approx(3 * 380.95 + 4 * 56.039)
    seconds = claims["student.training.seconds"]
    assert energy_claim.environment == seconds.environment
    assert seconds.environment
    assert (seconds.environment.threads, seconds.method) == (3, "FP32, then bfloat16 autocast")
    assert {claim.id.text for claim in ledger._cost(context, "teacher")} == {
        "teacher.training.seconds",
        "teacher.training.processor_seconds",
        "teacher.training.peak_memory",
    }
