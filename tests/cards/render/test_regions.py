"""What people write on a card survives the next rendering; what they change of ours is reported."""

from dataclasses import replace

import pytest
import tiny_ledger
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.errors import CardError
from cards.ledger import read_ledger
from cards.ledger.values import resolve
from cards.lint import examine
from cards.render import Card, render
from cards.render.card_map import write_map
from cards.render.formats import format_value
from cards.render.regions import merge
from cards.render.sections import digests, mark, take_apart

NOTE = "## Who to ask\n\nWrite to room 12 before 17:30, it takes 5 minutes.\n"
AFTER_RESULTS = "<!-- clinstill:end results -->\n"


@pytest.fixture(scope="module")
def card(rendered_run) -> Card:
    return render(rendered_run / "models" / "student", tiny_ledger.REPOS)


@pytest.fixture(scope="module")
def later(rendered_run, tmp_path_factory) -> Card:
    """The same model's card after a change of the ledger: other numbers, a shorter results table."""
    folder = tmp_path_factory.mktemp("later")
    ledger = (rendered_run / "models" / "student" / "ledger.json").read_text(encoding="utf-8")
    (folder / "ledger.json").write_text(ledger.replace('"test_evaluations": 3', '"test_evaluations": 1004'))
    tiny_ledger.change(folder / "ledger.json", "student.setting.epochs", value=11)
    return render(folder, tiny_ledger.REPOS)


def with_note(text: str, note: str = NOTE) -> str:
    return text.replace(AFTER_RESULTS, f"{AFTER_RESULTS}\n{note}")


def test_a_card_is_ours_but_for_blank_lines(card):
    parts = take_apart(card.text)
    theirs = [piece.text for piece in (*parts.front, *parts.body) if not piece.name]
    assert set(theirs) == {"\n"}
    assert list(card.map.regions) == list(digests(card.text))
    assert {"front-matter.license", "introduction", "results", "limits"} <= set(card.map.regions)


def test_merging_onto_itself_changes_nothing(card):
    assert merge(card, card.text, card.map) == merge(card, card.text, None)
    assert merge(card, card.text, card.map).card == card
    assert merge(card, card.text, card.map).edits == ()


def test_a_person_s_section_stays_at_its_place(card, later):
    merged = merge(later, with_note(card.text), card.map)
    assert merged.edits == ()
    assert merged.card.text == with_note(later.text)


def test_the_merged_map_points_at_every_number(card, later, rendered_run):
    written = with_note(card.text).replace("license: apache-2.0\n", "license: apache-2.0\nmine:\n- a\n")
    merged = merge(later, written, card.map).card
    ledger = read_ledger(rendered_run / "models" / "student" / "ledger.json")
    lines = merged.text.split("\n")
    changed = ("ledger#test_evaluations", "student.setting.epochs")
    assert len(merged.map.numbers) == len(later.map.numbers)
    for entry in merged.map.numbers:
        if entry.claim not in changed:
            expected = format_value(resolve(ledger, entry.claim), entry.format)
            assert lines[entry.line - 1][entry.column - 1 :].startswith(expected)


def test_a_person_s_numbers_are_not_asked_for_a_claim(card, student):
    merged = merge(card, with_note(card.text, NOTE + "\n```python\nprint(5)\n```\n"), card.map)
    merged.card.write(student)
    assert examine(student).errors == []


def test_an_edit_of_ours_is_reported_and_undone(card, later):
    edited = card.text.replace("## Intended use", "## What to use it for")
    merged = merge(later, edited, card.map)
    (edit,) = merged.edits
    assert edit.region == "intended-use"
    assert "## What to use it for" in edit.found
    assert "## Intended use" in edit.ours
    assert merged.card.text == later.text


def test_an_edit_of_ours_is_a_finding_of_the_lint(card, student):
    text = card.text.replace("## Intended use", "## What to use it for")
    (student / "README.md").write_text(text, encoding="utf-8")
    found = [finding.message for finding in examine(student).findings if finding.rule == "card.region"]
    assert found == ["the part intended-use was edited"]


def test_the_same_edit_as_ours_is_none(card, later):
    assert merge(later, later.text, card.map).edits == ()


def test_a_section_taken_out_is_an_edit(card):
    parts = take_apart(card.text).named
    merged = merge(card, card.text.replace(parts["citation"], ""), card.map)
    assert [(edit.region, edit.found) for edit in merged.edits] == [("citation", "")]
    assert "## Citation" in merged.card.text


def test_sections_in_another_order_stay_so(card, later):
    parts = take_apart(card.text).named
    speed, limits = parts["size-and-speed"], parts["limits"]
    swapped = card.text.replace(speed, "\0").replace(limits, speed).replace("\0", limits)
    merged = merge(later, swapped, card.map)
    assert merged.edits == ()
    assert merged.card.text.index("## Limits") < merged.card.text.index("## Size and speed")


def test_a_marker_that_a_person_broke_hides_nothing(card):
    broken = card.text.replace("<!-- clinstill:end results -->", "my own words")
    (edit,) = merge(card, broken, card.map).edits
    assert edit.region == "results"
    assert "my own words" in edit.found


def without(card: Card, name: str) -> Card:
    """The card as a template without that section would render it."""
    text = card.text.replace("\n" + take_apart(card.text).named[name], "")
    numbers = card.map.model_copy(update={"numbers": (), "regions": digests(text)})
    return Card(text, numbers)


def test_a_section_that_is_ours_no_more_goes(card):
    merged = merge(without(card, "environment"), card.text, card.map)
    assert merged.edits == ()
    assert merged.card.text == without(card, "environment").text


def test_a_new_section_comes_where_the_rendering_has_it(card):
    old = without(card, "environment")
    merged = merge(card, with_note(old.text), old.map)
    assert merged.edits == ()
    assert merged.card.text == with_note(card.text)


def test_an_edited_section_that_is_ours_no_more_is_reported(card):
    merged = merge(without(card, "environment"), card.text.replace("Measured with", "Made on"), card.map)
    assert [(edit.region, edit.ours) for edit in merged.edits] == [("environment", "")]


def test_a_card_that_we_did_not_make_keeps_its_text_below_ours(card):
    merged = merge(card, "---\ntitle: theirs\n---\n# Theirs\n\nSome words.\n", None)
    assert merged.edits == ()
    assert merged.card.text.endswith("<!-- clinstill:end citation -->\n\n# Theirs\n\nSome words.\n")
    assert "title: theirs\n" in merged.card.text
    again = merge(card, merged.card.text, merged.card.map)
    assert (again.card, again.edits) == (merged.card, ())


def test_keys_that_are_not_ours_stay_with_their_comments(card, later):
    theirs = "# asked for by the journal\nextra_gated_prompt: |\n  Tell us why.\n\n  # no comment\n"
    written = card.text.replace("tags:\n", theirs + "tags:\n")
    merged = merge(later, written, card.map)
    assert merged.edits == ()
    assert theirs + "tags:\n" in merged.card.text


@pytest.mark.parametrize("known", [True, False])
def test_a_changed_key_of_ours_is_reported(card, known):
    written = card.text.replace("license: apache-2.0\n", "license: mit  # I think\n")
    (edit,) = merge(card, written, card.map if known else None).edits
    assert (edit.region, edit.found) == ("front-matter.license", "license: mit  # I think\n")


def test_yaml_in_another_style_is_no_edit(card):
    """The Hub's own editor of metadata writes the front matter anew."""
    front, body = card.text.split("---\n", 2)[1:]
    other = yaml.safe_dump(yaml.safe_load(front), sort_keys=False, default_flow_style=None, indent=4)
    merged = merge(card, f"---\r\n{other}---\r\n{body}".replace("\n", "\r\n").replace("\r\r", "\r"), card.map)
    assert merged.edits == ()
    assert merged.card == card


@pytest.mark.parametrize("front", ["a: [", "- a\n- b\n", "? [1, 2]\n: 3\n", "{a: 1,\nb: 2}\n"])
def test_front_matter_that_cannot_be_kept_is_reported_whole(card, front):
    merged = merge(card, f"---\n{front}\n---\n{card.text.split('---', 2)[2]}", card.map)
    assert "front-matter" in [edit.region for edit in merged.edits]
    assert yaml.safe_load(merged.card.text.split("---\n")[1]) == yaml.safe_load(card.text.split("---\n")[1])


def test_two_sections_of_one_heading_are_refused():
    with pytest.raises(CardError, match="Results"):
        mark("# Title\n\n## Results\n\na\n\n## Results\n\nb\n")


def test_a_heading_in_a_block_of_code_begins_no_section():
    assert list(take_apart(mark("# T\n\n```shell\n## not\n```\n\n## Yes\n\nx\n")).named) == [
        "introduction",
        "yes",
    ]


WORDS = st.text(st.sampled_from("ab #`|-:>\n1<!"), max_size=40)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(WORDS, min_size=3, max_size=3), data=st.data())
def test_whatever_people_write_between_survives(card, later, texts, data):
    ends = [f"<!-- clinstill:end {name} -->\n" for name in card.map.regions if "front-matter" not in name]
    written = card.text
    for text in texts:
        end = data.draw(st.sampled_from(ends))
        written = written.replace(end, f"{end}\n{text}\n")
    merged = merge(later, written, card.map)
    assert merged.edits == ()
    assert all(text in merged.card.text for text in texts)
    again = merge(replace(later), merged.card.text, merged.card.map)
    assert (again.card, again.edits) == (merged.card, ())


def test_the_map_with_its_hashes_is_read_back(card, tmp_path):
    from cards.render.card_map import read_map

    write_map(card.map, tmp_path / "card.map.json")
    assert read_map(tmp_path / "card.map.json") == card.map
