"""Pictures: the same bytes twice, every claim in the drawing, nothing that overlaps or is cut off."""

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from figure_ledger import student_ledger
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cards.ledger import Ledger, write_ledger
from cards.lint.rules.figure import kept_claims
from cards.render import figures
from cards.render.figures import canvas

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Ledger:
    return student_ledger(tmp_path_factory.mktemp("figures"))


@pytest.fixture(scope="module")
def drawings(ledger) -> dict:
    return figures.gather(ledger, "student")


def drawn(drawing, theme: str):
    """The axes of a drawn figure, with its layout done."""
    figure = Figure(figsize=(canvas.WIDTH, getattr(drawing, "height", canvas.HEIGHT)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    drawing.draw(axes, canvas.THEMES[theme])
    figure.canvas.draw()
    return axes


def marks(axes) -> np.ndarray:
    """Every coordinate and length in the axes: of lines, error bars and bars."""
    lines = [line.get_xydata().ravel() for line in axes.lines]
    bars = [np.asarray(path.vertices).ravel() for c in axes.collections for path in c.get_paths()]
    widths = [[patch.get_width(), patch.get_height()] for patch in axes.patches]
    return np.concatenate([*lines, *bars, *widths, []])


@pytest.mark.parametrize("kind", figures.KINDS)
def test_every_claim_is_in_the_drawing(drawings, kind):
    axes = drawn(drawings[kind], "light")
    places = marks(axes)
    legends = [text.get_text() for legend in axes.figure.legends for text in legend.get_texts()]
    words = [text.get_text() for text in [*axes.texts, axes.xaxis.label, axes.yaxis.label]]
    said = " ".join([*words, *legends])
    for number in figures.numbers(drawings[kind]):
        shown = np.isclose(places, float(number), rtol=1e-9, atol=0).any()
        # A length of text is drawn aside of its tick, so that files do not hide each other.
        assert shown or number.text in said or number.claim.startswith("length("), number


@pytest.mark.parametrize("theme", figures.THEMES)
@pytest.mark.parametrize("kind", figures.KINDS)
def test_no_text_lies_on_another_or_leaves_the_picture(drawings, kind, theme):
    axes = drawn(drawings[kind], theme)
    figure = axes.figure
    low, high = axes.viewLim.min, axes.viewLim.max  # ticks outside are not drawn
    texts = [*axes.texts, axes.xaxis.label, axes.yaxis.label]
    texts += [text for legend in figure.legends for text in legend.get_texts()]
    texts += [t for t in axes.get_xticklabels() if low[0] <= t.get_position()[0] <= high[0]]
    texts += [t for t in axes.get_yticklabels() if low[1] <= t.get_position()[1] <= high[1]]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts if t.get_text()]
    page = figure.bbox
    assert len(boxes) > 5
    for text, box in boxes:
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, text
    for (one, first), (other, second) in combinations(boxes, 2):
        assert not first.overlaps(second), f"{one!r} lies on {other!r}"


@pytest.mark.parametrize("kind", ["tradeoff", "types"])
def test_more_than_colour_tells_files_apart(drawings, kind):
    axes = drawn(drawings[kind], "light")
    containers = [container.lines[0] for container in axes.containers]
    looks = {(line.get_marker(), line.get_linestyle(), line.get_color()) for line in containers}
    shapes = {look[:2] for look in looks}
    own = canvas.THEMES["light"].own
    for colour in {look[2] for look in looks}:
        assert len({look[0] for look in looks if look[2] == colour}) == 2, "one shape a file of a model"
    assert len(shapes) >= 3 and own in {look[2] for look in looks}


@pytest.mark.parametrize("kind", ["errors", "latency"])
def test_every_bar_has_its_number_and_more_than_colour_tells_files_apart(drawings, kind):
    axes = drawn(drawings[kind], "dark")
    looks = {(bar.get_facecolor(), bar.get_hatch()) for bar in axes.patches}
    assert len(looks) == 4
    beside = [(text.get_position()[1], text.get_text()) for text in axes.texts]
    for bar in axes.patches:
        middle = bar.get_y() + bar.get_height() / 2
        [said] = [text for y, text in beside if y == pytest.approx(middle)]
        assert float(said.split()[0].replace(",", "")) == pytest.approx(bar.get_width(), rel=0.006)


def test_no_line_is_drawn_through_two_points(drawings, ledger):
    """The invented ledger has two lengths of text and two bins of scores."""
    for kind in ("latency", "reliability", "tradeoff", "types"):
        drawn_lines = drawn(drawings[kind], "light").lines
        joined = [line for line in drawn_lines if line.get_linestyle() not in ("None", "none")]
        assert [line.get_label() for line in joined] == (["score = share"] * (kind == "reliability")), kind


def moved(ledger: Ledger, **values: float) -> Ledger:
    """The ledger with other values: the claim's id, dots as two underscores -> value."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    claims = tuple(c.model_copy(update={"value": given.get(c.id.text, c.value)}) for c in ledger.claims)
    return ledger.model_copy(update={"claims": claims})


def test_files_on_one_spot_are_named_beside_it(ledger):
    apart = moved(ledger, teacher__fp16__latency__128__median=12.0)
    assert figures.gather(apart, "student")["tradeoff"].shared == []
    same = moved(ledger, teacher__fp16__latency__128__median=21.4)
    drawing = figures.gather(same, "student")["tradeoff"]
    assert [[file.title for file in spot] for spot in drawing.shared] == [["teacher FP32", "teacher FP16"]]
    [said] = drawn(drawing, "light").texts
    assert said.get_text().split("\n") == ["on one spot:", "teacher FP32", "teacher FP16"]


def test_a_figure_keeps_the_claims_that_it_shows(drawings):
    for path, png in figures.files(drawings).items():
        kind = path.removeprefix("figures/").partition("-")[0]
        expected = {number.claim: number.value for number in figures.numbers(drawings[kind])}
        assert kept_claims(png) == expected
        assert b"matplotlib" not in png[:2000].lower()


def test_claims_of_something_else_are_none(drawings):
    png = next(iter(figures.files(drawings).values()))
    assert kept_claims(b"") is None and kept_claims(b"<svg/>") is None and kept_claims(png[:30]) is None
    assert kept_claims(png.replace(b"tEXtClaims", b"tEXtOthers")) is None


def test_equal_claims_give_equal_bytes_anywhere(drawings, ledger, tmp_path):
    """In another process, another folder, and under a user's own settings of matplotlib."""
    write_ledger(ledger, tmp_path / "ledger.json")
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 20\nfigure.dpi: 30\naxes.grid: False\nlines.linewidth: 9\n"
    )
    code = (
        "from pathlib import Path; from cards.render import figures; from cards.ledger import read_ledger\n"
        f"ledger = read_ledger(Path({str(tmp_path / 'ledger.json')!r}))\n"
        "drawn = figures.gather(ledger, 'student')\n"
        "some = {kind: drawn[kind] for kind in ('tradeoff', 'errors')}\n"
        f"figures.write(some, Path({str(tmp_path)!r}))\n"
    )
    environment = {"PYTHONPATH": str(ROOT), "MATPLOTLIBRC": str(tmp_path), "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    here = figures.files({kind: drawings[kind] for kind in ("tradeoff", "errors")})
    assert {path: (tmp_path / path).read_bytes() for path in here} == here


def test_drawing_leaves_the_settings_of_others_alone(drawings):
    before = dict(matplotlib.rcParams)
    canvas.png(drawings["errors"], "dark", "{}")
    assert dict(matplotlib.rcParams) == before


def test_a_changed_number_is_another_picture(drawings, ledger):
    claims = tuple(
        c.model_copy(update={"value": c.value + 7}) if c.id.text == "student.int8.test.errors.type" else c
        for c in ledger.claims
    )
    changed = figures.files(figures.gather(ledger.model_copy(update={"claims": claims}), "student"))
    same = {path for path, png in figures.files(drawings).items() if changed[path] == png}
    assert same == {path for path in changed if "errors" not in path}


def test_a_figure_that_the_ledger_no_longer_has_is_removed(drawings, tmp_path):
    figures.write(drawings, tmp_path)
    (tmp_path / "figures" / "notes.txt").write_text("a person's own")
    figures.write({"errors": drawings["errors"]}, tmp_path)
    left = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert left == ["errors-dark.png", "errors-light.png", "notes.txt"]
