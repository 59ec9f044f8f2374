import re
import subprocess
import sys

import numpy as np
import pytest

from lowrankweights.readers import Options, read, read_like

N = 40


@pytest.fixture
def with_pandas():
    pytest.importorskip("pandas", reason="text in CSV files needs pandas")


def rows(n=N):
    """Rows of a table: two numbers, and a target of two classes."""
    rng = np.random.default_rng(0)
    return [
        (f"{a:.3f}", str(b), str(int(a > 0)))
        for a, b in zip(rng.normal(size=n), rng.integers(0, 9, n), strict=True)
    ]


def csv(path, fields, names=("a", "b", "y"), separator=",", encoding="utf-8"):
    lines = [separator.join(line) for line in ([names] if names else []) + list(fields)]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def refused(path, **options):
    with pytest.raises(ValueError) as error:
        read(path, Options(**options))
    return str(error.value)


def test_numbers_come_back_as_they_were_written(tmp_path):
    data = read(csv(tmp_path / "t.csv", rows()), Options(target="y"))
    everything = np.array(rows(), dtype=float)
    got = np.column_stack([np.vstack([data.X_train, data.X_test]), np.append(data.y_train, data.y_test)])
    assert sorted(map(tuple, got)) == sorted(map(tuple, everything)) and len(data.X_test) == 8


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_separator_and_encoding_are_found_out(tmp_path, separator, encoding, with_pandas):
    names = ("größe", "b", "y")
    path = csv(tmp_path / "t.csv", rows(), names, separator, encoding)
    data = read(path, Options(target="y"))
    plain = read(csv(tmp_path / "plain.csv", rows()), Options(target="y"))
    assert [c["name"] for c in data.schema["columns"]] == ["größe", "b"]
    np.testing.assert_array_equal(data.X_train, plain.X_train)
    told = " ".join(data.source.told)
    assert (separator == ",") == ("separated by" not in told)
    assert (encoding in ("utf-16", "latin-1")) == (encoding in told)


def test_a_decimal_comma_is_found_out_and_one_is_never_made_of_a_separator(tmp_path):
    german = [tuple(field.replace(".", ",") for field in row) for row in rows()]
    plain = read(csv(tmp_path / "plain.csv", rows()), Options(target="y"))
    data = read(csv(tmp_path / "t.csv", german, separator=";"), Options(target="y"))
    np.testing.assert_array_equal(data.X_train, plain.X_train)
    assert "decimal comma" in data.source.told[0] and not plain.source.told


def test_a_comma_in_every_field_is_the_decimal_mark_where_something_else_separates(tmp_path):
    fields = [(f"{i},5", f"{i * i % 7},25", f"{i % 2},0") for i in range(N)]
    data = read(csv(tmp_path / "t.csv", fields, None, ";"), Options(target="2", test=0.0))
    np.testing.assert_array_equal(data.X_train[:3], [[0.5, 0.25], [1.5, 1.25], [2.5, 4.25]])


def test_lines_with_too_many_fields_do_not_shift_the_others(tmp_path, with_pandas):
    long = ("1", "1", "0", "9")
    path = csv(tmp_path / "t.csv", [long, ("", "1", "0"), long, ("1", "", "0")])
    said = refused(path, target="y", skip_bad=True)
    assert "at line 3; faults also in column 'b' (1); --skip-bad would leave nothing" in said


def test_a_separator_at_the_end_of_some_lines_is_no_field(tmp_path, with_pandas):
    fields = [(*row, "") if i % 2 else row for i, row in enumerate(rows())]
    plain = read(csv(tmp_path / "plain.csv", rows()), Options(target="y"))
    np.testing.assert_array_equal(
        read(csv(tmp_path / "t.csv", fields), Options(target="y")).X_train, plain.X_train
    )


@pytest.mark.parametrize("names", [None, ("0", "1", "2")])
def test_a_first_line_of_numbers_is_a_row_unless_it_counts_the_columns(tmp_path, names):
    data = read(csv(tmp_path / "t.csv", rows(), names), Options(target="2"))
    assert data.source.n_rows == N and [c["name"] for c in data.schema["columns"]] == ["0", "1"]
    assert ("no header: columns are 0, 1, ..." in data.source.told) == (names is None)


def test_numbers_may_be_names_of_categories(tmp_path, with_pandas):
    data = read(csv(tmp_path / "t.csv", rows()), Options(target="y", categories=("b",), test=0.0))
    levels = data.schema["columns"][1]["levels"]
    assert levels == sorted({b for _, b, _ in rows()}) and data.X_train.shape == (N, 1 + len(levels))


def test_a_header_of_years_is_a_header(tmp_path, with_pandas):
    data = read(csv(tmp_path / "t.csv", rows(), ("1990", "1991", "label")), Options(target="label"))
    assert data.source.n_rows == N


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (
            {3: ("", "1", "0")},
            {},
            "column 'a': expected a value in each row, got none .* at line 5; --skip-bad",
        ),
        ({3: ("?", "1", "0")}, {}, r"column 'a': expected numbers, as in most rows, got '\?' at line 5"),
        ({3: ("inf", "1", "0")}, {}, "column 'a': expected finite numbers, got an infinite one at line 5"),
        ({3: ("1", "1", "")}, {}, "column 'y': expected a value in each row, got none .* at line 5"),
        (
            {3: ("1", "1", "0", "7"), 8: ("1", "1", "0", "7")},
            {},
            "expected 3 fields a line, got more at line 5, 10",
        ),
        (
            {0: ("1", "1", "2")},
            {"task": "classification"},
            "class 2: expected at least two rows.*got one at line 2",
        ),
    ],
)
def test_a_row_with_a_fault_is_named_or_left_out(tmp_path, change, options, said, with_pandas):
    fields = [change.get(i, row) for i, row in enumerate(rows())]
    path = csv(tmp_path / "t.csv", fields)
    assert re.search(f"t.csv.*{said}", refused(path, target="y", **options))
    data = read(path, Options(target="y", skip_bad=True, **options))
    assert len(data.y_train) + len(data.y_test) == N - len(change)
    assert "left out" in " ".join(data.left_out + data.source.told)
    assert np.isfinite(data.X_train).all() and np.isfinite(data.X_test).all()


def test_lines_are_those_of_the_file_though_some_are_blank_or_fields_have_breaks(tmp_path, with_pandas):
    path = tmp_path / "t.csv"
    path.write_text('a,b,y\n\n1,"x\nz",0\n\n2,"x\nz",1\n,u,0\n' + "3,u,1\n4,u,0\n" * 5)
    assert "got none (empty, NA, None, null or nan) at line 8;" in refused(path, target="y")


def test_all_columns_that_cannot_be_inputs_are_named_at_once(tmp_path, with_pandas):
    fields = [(f"2023-01-{i % 28 + 1:02d}", f"name {i}", str(i % 7), str(i % 2)) for i in range(N)]
    path = csv(tmp_path / "t.csv", fields, ("sold", "who", "n", "y"))
    said = refused(path, target="y")
    days = "write days since the first; with pandas: (d - d.min()).dt.days"
    assert (
        f"dates in 'sold' (such as '2023-01-01': {days}); 40 different texts in 'who' (such as 'name 0')"
        in said
    )
    assert "--ignore sold,who" in said
    assert [c["name"] for c in read(path, Options(target="y", ignore=("sold", "who"))).schema["columns"]] == [
        "n"
    ]


@pytest.mark.parametrize(
    "form", ["2023-{m:02d}-05", "05/{m:02d}/2023", "05.{m:02d}.2023", "2023-{m:02d}-05T12:30:00"]
)
def test_dates_of_many_forms_are_no_categories(tmp_path, form, with_pandas):
    fields = [(form.format(m=i % 12 + 1), str(i % 7), str(i % 2)) for i in range(N)]
    assert "dates in 'a'" in refused(csv(tmp_path / "t.csv", fields), target="y")


def test_levels_are_those_of_the_training_rows(tmp_path, with_pandas):
    fields = [("red" if i % 2 else "blue", str(i % 7), str(i % 3 % 2)) for i in range(N)]
    fields[0] = ("green", "1", "1")
    found = set()
    for seed in range(12):
        data = read(csv(tmp_path / "t.csv", fields), Options(target="y", seed=seed))
        levels = next(c["levels"] for c in data.schema["columns"] if c["name"] == "a")
        np.testing.assert_array_equal(data.X_train[:, : len(levels)].sum(axis=1), 1)
        assert data.X_train[:, : len(levels)].any(axis=0).all()
        if levels == ["blue", "red"]:
            assert "for the test 1 of 8 rows left out (column 'a': 'green', 1)" in data.left_out
            assert len(data.y_test) == 7
        found.add(tuple(levels))
    assert found == {("blue", "red"), ("blue", "green", "red")}


def test_columns_that_say_nothing_are_left_out_and_told(tmp_path, with_pandas):
    fields = [(str(i + 1), a, "7", "x", "", y) for i, (a, _, y) in enumerate(rows())]
    data = read(csv(tmp_path / "t.csv", fields, ("Id", "a", "c", "k", "e", "y")), Options(target="y"))
    out = {"Id": "counts the rows", "e": "empty", "c": "constant", "k": "constant"}
    assert data.source.left_out == out and data.X_train.shape[1] == 1


def test_time_that_counts_the_rows_is_no_row_number(tmp_path):
    fields = [(str(i), str(i * i / 7)) for i in range(N)]
    data = read(csv(tmp_path / "t.csv", fields, ("t", "y")), Options(target="y"))
    assert data.X_train.shape[1] == 1 and data.schema["target"]["task"] == "regression"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (b"", {}, "t.csv: expected rows of numbers or text, got an empty file"),
        (b"\n \n", {}, "got an empty file"),
        (b"a,b\n", {}, "got the names of columns only (a, b)"),
        (
            b"a,b,a\n1,2,3\n",
            {},
            "expected columns with names of their own, got a more than once (columns 1 and 3)",
        ),
        (b"a b y\n1 2 3\n", {}, "expected at least two columns, got one, 'a b y'; if there are more"),
        (b"PK\x03\x04\0\0\0", {}, "expected text, got bytes that are none"),
        (b"a,y\n1,2\n", {"encoding": "klingon"}, "--encoding: expected a name that Python knows"),
        (b"a,y\n1,2\n\xe4,3\n", {"encoding": "utf-8"}, "got 'utf-8': no text at line 3"),
        (b"a,y\n1,2\n", {"separator": "::"}, "--separator: expected one character, tab or space, got '::'"),
        (
            b"a,y\n1,2\n3,2\n",
            {},
            "target 'y': expected at least two different values, got 2 in all of 2 rows",
        ),
        (
            b"a,y\n1,2\n1,3\n1,4\n",
            {},
            "expected at least one column that varies beside the target, got a (constant)",
        ),
        (
            b"a,price\n1,2\n",
            {"target": "Pice"},
            "--target: expected a column of .*got 'Pice' (did you mean 'price'?)",
        ),
        (
            b"a,b,label\n1,2,x\n",
            {"target": None},
            "columns: a, b, label (1 row read), got none, perhaps --target label",
        ),
        (b"a,b,c\n1,2,x\n", {"target": None}, "columns: a, b, c (1 row read), got none"),
        (b"a,y\n1,2\n", {"ignore": ("b",)}, "--ignore: expected columns of"),
        (b"a,y\n1,2\n", {"ignore": ("y",)}, "--ignore: expected columns other than the target, got 'y'"),
        (b"a,y\n1,x\n2,z\n", {"task": "regression"}, "--task: expected classification, as 'y' is text"),
        (b"a,y\n1,.1\n2,.2\n", {"task": "classification"}, "expected classes, each in several rows"),
        (
            b"a,y\n1,x\n2,z\n2,x\n1,z\n",
            {"test": 0.1},
            "--test: expected a share that leaves at least one row of each",
        ),
        (b"a,y\n1,1\n2,2\n", {"test": 1.5}, "--test: expected a finite number >= 0 and <= 0.9"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_remedy(tmp_path, text, options, said, with_pandas):
    (tmp_path / "t.csv").write_bytes(text)
    got = refused(tmp_path / "t.csv", **{"target": "y", **options})
    assert re.search(re.escape(said).replace(r"\.\*", ".*"), got), got
    assert "\n" not in got


def test_constant_differences_that_float32_rounds_away_are_an_error(tmp_path):
    fields = [(str(1_700_000_000 + i), str(i % 2)) for i in range(N)]
    path = csv(tmp_path / "t.csv", fields, ("seconds", "y"))
    assert "column 'seconds': expected numbers that float32 tells apart" in refused(
        path, target="y", dtype="float32"
    )
    assert np.ptp(read(path, Options(target="y", test=0.0)).X_train) == N - 1


WITHOUT_PANDAS = """
import sys
from pathlib import Path
from lowrankweights.readers import Options, read, read_like


class NoPandas:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pandas":
            raise ImportError(name)


sys.meta_path.insert(0, NoPandas())
for name in sys.argv[1:]:
    try:
        print(read(Path(name), Options(target="y")).X_train.sum())
    except ValueError as error:
        print(error)
"""


def test_without_pandas_numbers_are_read_and_text_says_what_to_install(tmp_path):
    good = csv(tmp_path / "t.csv", rows())
    text = csv(tmp_path / "text.csv", [*rows(), ("red", "1", "1")])
    missing = csv(tmp_path / "missing.csv", [*rows(), ("", "1", "1")])
    german = [tuple(field.replace(".", ",") for field in row) for row in rows()]
    comma = csv(tmp_path / "comma.csv", german, separator=";")
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    names = [good, comma, text, missing, tmp_path / "t.parquet"]
    code = [sys.executable, "-c", WITHOUT_PANDAS, *map(str, names)]
    said = subprocess.run(code, capture_output=True, text=True, check=True).stdout.splitlines()
    total = read(good, Options(target="y")).X_train.sum()
    np.testing.assert_allclose([float(said[0]), float(said[1])], total)
    install = "pip install pandas pyarrow"
    for line, field in ((said[2], "red"), (said[3], "")):
        assert f"column 'a': expected numbers, got {field!r} at line 42" in line and install in line
    assert install in said[4]


def test_parquet_gives_what_csv_gives(tmp_path, with_pandas):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow", reason="Parquet files need pyarrow")
    fields = [(a, "red" if i % 2 else "blue", y) for i, (a, _, y) in enumerate(rows())]
    path = csv(tmp_path / "t.csv", fields)
    pandas.read_csv(path).to_parquet(tmp_path / "t.parquet")
    a, b = (read(tmp_path / name, Options(target="y")) for name in ("t.csv", "t.parquet"))
    np.testing.assert_array_equal(a.X_train, b.X_train)
    assert a.schema == b.schema
    frame = pandas.DataFrame({"d": pandas.date_range("2020", periods=9), "y": range(9)})
    frame.to_parquet(tmp_path / "d.parquet")
    assert "dates in 'd'" in refused(tmp_path / "d.parquet", target="y")
    (tmp_path / "bad.parquet").write_bytes(b"no")
    assert "bad.parquet: expected a Parquet file" in refused(tmp_path / "bad.parquet", target="y")


def test_digits_with_zeros_before_them_stay_text(tmp_path, with_pandas):
    fields = [("01067" if i % 2 else "99084", f"0{i % 4}.5", ("007", "08")[i % 3 % 2]) for i in range(N)]
    data = read(csv(tmp_path / "t.csv", fields), Options(target="y", test=0.0))
    assert data.schema["target"]["classes"] == ["007", "08"]
    assert [c.get("levels") for c in data.schema["columns"]] == [["01067", "99084"], None]
    assert data.source.told == ["text, for the zeros before their digits: a, y"]
    X = read_like(csv(tmp_path / "u.csv", fields), data.schema, Options())[2]
    np.testing.assert_array_equal(X, data.X_train)


def test_a_column_of_numbers_may_have_zeros_before_digits_in_a_new_file(tmp_path, with_pandas):
    schema = read(csv(tmp_path / "t.csv", rows()), Options(target="y", test=0.0)).schema
    X = read_like(csv(tmp_path / "u.csv", [("1.5", "03", "0"), ("2.5", "04", "1")]), schema, Options())[2]
    np.testing.assert_array_equal(X, [[1.5, 3], [2.5, 4]])


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("{},234", "numbers with thousands separators"),
        ("{}.552,00", "numbers with thousands separators"),
        ("{} 234", "numbers with thousands separators"),
        ("{}%", "numbers with %"),
        ("${}.50", "numbers with a currency"),
        ("{}.50 EUR", "numbers with a currency"),
        ("{},5", "numbers with a decimal comma"),
    ],
)
def test_numbers_written_in_another_way_are_named_with_the_remedy(tmp_path, form, said, with_pandas):
    fields = [(f'"{form.format(i + 1)}"', str(i % 7), str(i % 2)) for i in range(N)]
    path = csv(tmp_path / "t.csv", fields)
    assert f"{said} in 'a' (such as" in refused(path, target="y")
    goal = refused(path, target="a")
    assert f"target 'a': expected numbers or classes, got {said}" in goal and "--skip-bad" not in goal
    assert ("--decimal ," in goal) == ("decimal" in said)
    if "decimal" in said:
        assert read(path, Options(target="y", decimal=",", test=0.0)).X_train[1, 0] == 2.5


def test_a_text_target_that_hardly_repeats_is_no_classes(tmp_path, with_pandas):
    fields = [(str(i), str(i % 7), f"ca. {i}") for i in range(12)]
    said = refused(csv(tmp_path / "t.csv", fields), target="y")
    assert "expected classes, each in several rows" in said and "--skip-bad" not in said


@pytest.mark.parametrize("start", [10**25, 2**60])
def test_integers_that_float64_cannot_tell_apart_are_no_constant(tmp_path, start, with_pandas):
    fields = [(str(start + i), str(i % 7), str(i % 2)) for i in range(N)]
    path = csv(tmp_path / "t.csv", fields)
    for options in ({"target": "y"}, {"target": "a"}):
        said = refused(path, **options)
        assert "float64" in said and "'a'" in said and "id" in said
    assert read(path, Options(target="y", ignore=("a",))).X_train.shape[1] == 1


@pytest.mark.parametrize("name", ["Id", "PassengerId", "customer_id"])
@pytest.mark.parametrize("step", [1, 3])
def test_a_first_column_that_names_the_rows_is_left_out_and_told(tmp_path, name, step, with_pandas):
    fields = [(str(7 * i % 41 if step > 1 else i), a, y) for i, (a, _, y) in enumerate(rows())]
    data = read(csv(tmp_path / "t.csv", fields, (name, "a", "y")), Options(target="y"))
    assert list(data.source.left_out) == [name] and data.X_train.shape[1] == 1


def test_a_reason_that_columns_share_is_said_once_with_all_of_them(tmp_path, with_pandas):
    fields = [(*["" if i == j else str(i * j % 7) for j in range(4)], str(i / 3)) for i in range(N)]
    path = csv(tmp_path / "t.csv", fields, (*"abcd", "y"))
    (said,) = read(path, Options(target="y", skip_bad=True)).left_out
    assert said.count("(empty, NA, None, null or nan)") == 1
    assert "in columns 'a' 1, 'b' 1, 'c' 1, 'd' 1)" in said


def test_numbers_written_alike_in_many_columns_are_named_once(tmp_path, with_pandas):
    fields = [(*[f"{i},{j + 1}5" for j in range(9)], str(i % 2)) for i in range(N)]
    path = csv(tmp_path / "t.csv", fields, (*"abcdefghi", "y"), ";")
    text = refused(path, target="y", decimal=".")
    assert text.count("decimal comma") == 1 and "'a', 'b', 'c', 'd', 'e' and 4 more" in text
    assert " ... " not in text and len(text) < 400


def test_another_fault_of_the_same_column_is_no_other_column(tmp_path, with_pandas):
    fields = [list(row) for row in rows()]
    fields[3][0], fields[5][0] = "x", ""
    text = refused(csv(tmp_path / "t.csv", fields), target="y")
    assert "got 'x' at line 5; none (empty, NA, None, null or nan) at line 7;" in text
    assert "faults also in" not in text


def test_text_that_numbers_the_rows_is_left_out_wherever_it_stands(tmp_path, with_pandas):
    fields = [(a, f"C{50000 + i}", y) for i, (a, _, y) in enumerate(rows())]
    data = read(csv(tmp_path / "t.csv", fields, ("a", "who", "y")), Options(target="y"))
    assert data.source.left_out == {"who": "differs in each row"}
    prose = [(a, f"text number {i}", y) for i, (a, _, y) in enumerate(rows())]
    assert "different texts in 'who'" in refused(
        csv(tmp_path / "u.csv", prose, ("a", "who", "y")), target="y"
    )


def test_a_regression_needs_some_rows(tmp_path, with_pandas):
    path = csv(tmp_path / "t.csv", [(str(i * i), str(i / 7)) for i in range(4)], ("a", "y"))
    assert "t.csv: expected at least 4 rows to learn from, beside those for the test, got 3" in refused(
        path, target="y"
    )


def test_skipping_is_not_advised_where_it_would_leave_nothing(tmp_path, with_pandas):
    classes = csv(tmp_path / "u.csv", [(str(i * i), x) for i, x in enumerate("pqrs")], ("a", "y"))
    text = refused(classes, target="y")
    assert "--skip-bad would leave nothing" in text and "--skip-bad leaves" not in text


def test_a_quotation_mark_that_is_never_closed_is_told(tmp_path, with_pandas):
    path = tmp_path / "t.csv"
    path.write_text('a,b,y\n1,2,0\n1,"3,1\n2,3,0\n4,5,1\n')
    assert "that are closed, got one in the row after line 2" in refused(path, target="y")
    path.write_text('a,b,"y\n1,2,0\n3,4,1\n')
    assert "t.csv: expected" in refused(path, target="y")
    path.write_text('a,b,y\n1,"2,0\n' + 20_000 * "1.25,1.5,1\n")
    assert "is a quotation mark before it never closed?" in refused(path, target="y")


def test_a_byte_order_mark_that_lies_is_told(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbfa,y\n1,0\n\xff,1\n")
    assert "text in utf-8-sig, as its byte order mark says, got none at line 3" in refused(path, target="y")


def test_a_letter_is_seen_to_be_no_table(tmp_path, with_pandas):
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir,\nyour letter has come.\nIt was read\nand answered\nYours, B\n")
    text = refused(path)
    assert "(4 rows read, 3 of the first 4 rows have another number of cells than the first line" in text


def test_a_name_with_a_space_is_quoted_in_the_remedy(tmp_path, with_pandas):
    fields = [(a, f"2023-01-{i % 28 + 1:02d}", y) for i, (a, _, y) in enumerate(rows())]
    text = refused(csv(tmp_path / "t.csv", fields, ("a", "sold on", "y")), target="y")
    assert "--ignore 'sold on'" in text and "(d - d.min()).dt.days" in text
