import json
from pathlib import Path

import numpy as np
import pytest

from lowrankweights.readers import Options, read, read_like, summary

pytest.importorskip("pandas", reason="text in CSV files needs pandas")
ROWS = [(i % 5, "red" if i % 3 else "blue", i / 7, "yes" if i % 2 else "no") for i in range(60)]


def csv(path, names="abcy", rows=ROWS):
    """The table with these of its columns, in this order."""
    lines = [",".join(names)] + [",".join(str(row["abcy".index(name)]) for name in names) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def schema(tmp_path):
    return read(csv(tmp_path / "t.csv"), Options(target="y", test=0.0)).schema


def test_a_schema_is_plain_data(schema):
    assert json.loads(json.dumps(schema)) == schema


def test_columns_are_read_by_name_in_any_order(tmp_path, schema):
    X, y = read_like(csv(tmp_path / "t.csv"), schema, Options())[2:4]
    _, rows, Z, z, _ = read_like(csv(tmp_path / "u.csv", "ycba"), schema, Options())
    np.testing.assert_array_equal(X, Z)
    assert (y == z).all() and len(rows) == 60


def test_the_target_is_not_needed_to_predict(tmp_path, schema):
    path = csv(tmp_path / "u.csv", "cba")
    assert read_like(path, schema, Options(), needs_target=False)[2].shape == (60, 4)
    with pytest.raises(
        ValueError, match=r"u.csv: expected columns a, b, c, y, got none called y \(it has c, b, a\)"
    ):
        read_like(path, schema, Options())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            (1, "green", 2, "no"),
            r"column 'b': expected a category of the training rows \(blue, red\), got 'green' at line 4",
        ),
        ((1, "red", "", "no"), "column 'c': expected a value in each row, got none .* at line 4"),
        ((1, "red", "x", "no"), "column 'c': expected numbers, as in most rows, got 'x' at line 4"),
        (
            (1, "red", 2, "maybe"),
            r"column 'y': expected a class of the training rows \(no, yes\), got 'maybe' at line 4",
        ),
    ],
)
def test_a_new_row_that_does_not_fit_is_named_or_left_out(tmp_path, schema, row, said):
    path = csv(tmp_path / "u.csv", rows=[*ROWS[:2], row, *ROWS[3:6]])
    with pytest.raises(ValueError, match=f"u.csv, {said}"):
        read_like(path, schema, Options())
    assert read_like(path, schema, Options(skip_bad=True))[1].tolist() == [0, 1, 3, 4, 5]


def test_a_number_that_has_become_text_is_an_error(tmp_path, schema):
    path = csv(tmp_path / "u.csv", rows=[("x", *row[1:]) for row in ROWS])
    with pytest.raises(
        ValueError, match=r"u.csv, column 'a': expected a number, as in training, got text such as 'x'"
    ):
        read_like(path, schema, Options())


def test_categories_that_look_like_numbers_stay_text(tmp_path):
    rows = [(i % 5, "01" if i % 3 else "x", i / 7, "yes" if i % 2 else "no") for i in range(60)]
    options = Options(target="y", test=0.0, categories=("b",))
    schema = read(csv(tmp_path / "t.csv", rows=rows), options).schema
    only = [row for row in rows if row[1] == "01"]
    X = read_like(csv(tmp_path / "u.csv", rows=only), schema, Options())[2]
    assert (X[:, 1] == 1).all() and (X[:, 2] == 0).all()


def test_another_kind_of_file_or_none_is_named(tmp_path, schema):
    np.savez(tmp_path / "a.npz", X=np.ones((3, 4)))
    for name, said in (
        ("a.npz", "FILE: expected a table, as the model was trained on, got arrays of an .npz file"),
        ("", "FILE: expected a table, as the model was trained on, got pictures"),
        ("t.csx", r"FILE: expected a file or a folder that is there, got .*\(did you mean 't.csv'\?\)"),
    ):
        with pytest.raises(ValueError, match=said):
            read_like(tmp_path / name, schema, Options())
    (tmp_path / "t.xlsx").write_text("")
    with pytest.raises(ValueError, match=r"FILE: expected a file ending in .csv, .tsv"):
        read_like(tmp_path / "t.xlsx", schema, Options())


def test_the_summary_fits_a_screen(tmp_path):
    rng = np.random.default_rng(0)
    names = [f"a column with a long name, {i}" for i in range(60)]
    lines = [",".join(f'"{name}"' for name in [*names, "y"])]
    for i in range(90):
        lines.append(",".join([*rng.choice(list("uvwx"), 60), f"class {i % 30}"]))
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n,,,\n")
    data = read(tmp_path / "t.csv", Options(target="y", skip_bad=True, test=0.34))
    data.source.path = tmp_path / "t.csv"
    text = summary(data, [("network", "words " * 60), ("weights", "words " * 60)])
    lines = text.splitlines()[1:]  # the path has its own length
    assert len(lines) <= 23 and max(map(len, lines)) <= 80
    for word in (
        "categories",
        "60 (",
        "1 of 91 rows left out",
        "30 classes",
        "59 for training, 31 for the test",
    ):
        assert word in text


@pytest.mark.parametrize("pair", ["yes no", "Yes No", "1 0", "TRUE false"])
@pytest.mark.parametrize("column", ["b", "y"])
def test_what_was_true_or_false_may_be_yes_or_no_or_a_number(tmp_path, pair, column):
    def table(path, true, false):
        at = "abcy".index(column)
        return csv(path, rows=[(*r[:at], true if r[0] % 2 else false, *r[at + 1 :]) for r in ROWS[:20]])

    data = read(table(tmp_path / "t.csv", "True", "False"), Options(target="y", test=0.0))
    X, y = read_like(table(tmp_path / "u.csv", *pair.split()), data.schema, Options())[2:4]
    np.testing.assert_array_equal(X, data.X_train)
    np.testing.assert_array_equal(y, data.y_train)
    with pytest.raises(ValueError, match=f"column '{column}': expected .*, got 'maybe' at line"):
        read_like(table(tmp_path / "v.csv", "maybe", "no"), data.schema, Options())


def test_what_was_found_out_about_the_test_file_is_no_bad_row(tmp_path):
    path, given = csv(tmp_path / "t.csv"), csv(tmp_path / "u.csv")
    given.write_text(given.read_text().replace(",", "\t"))
    text = summary(read(path, Options(target="y", test=given)))
    assert "bad rows    none" in text and "test file   separated by tabs" in text
    assert "training rows: no 30, yes 30" in text and "b: 2 levels" in text


def test_a_name_with_a_comma_is_quoted_and_a_row_of_moments_has_one_size(tmp_path):
    lines = ["a,b,y", *(f"{r[0]},{r[2]},{r[3]}" for r in ROWS)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines).replace("b,", '"b, cm",', 1))
    said = summary(read(path, Options(target="y", ignore=("b, cm",))))
    assert 'left out    "b, cm" (ignored)' in said
    assert "inputs      2, one after another, float64" in summary(read(path, Options(target="y", shape=(2,))))


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (10.0, "--test: expected a share below 1, got 10; 10 % is 0.1"),
        (Path("20%"), r"--test: expected a file .*'20%' \(a share is below 1: 0.2\)"),
        (Path("tst.csv"), "--test: expected a file or a folder that is there, got 'tst.csv'"),
    ],
)
def test_a_test_share_or_file_that_cannot_be_is_named(tmp_path, test, said):
    with pytest.raises(ValueError, match=said):
        read(csv(tmp_path / "t.csv"), Options(target="y", test=test))
