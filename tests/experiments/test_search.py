import pytest

from lowrankweights.experiments import SearchedFigure, make
from lowrankweights.experiments.harness import runner, search


class Slopes(SearchedFigure):
    """Models whose validation error is known: the best width is 2, the best decay 1e-4."""

    name, presets = "slopes", {"quick": {}}

    def __init__(self):
        super().__init__()
        self.calls = []

    def models(self, preset):
        a = search.Model({"data": "mnist", "slope": 1}, {"width": [1, 2, 3]})
        return {"a": a, "b": search.Model({"data": "mnist", "slope": 2}, {})}

    def seeds(self, preset):
        return (0, 1, 2)

    def run_one(self, spec, shared, n_threads):
        self.calls.append(spec)
        error = 0.1 * spec["slope"] + 0.01 * abs(spec.get("width", 2) - 2) + abs(spec["weight_decay"] - 1e-4)
        if spec["stage"] == "search":
            return {"validation_error": error}
        return {"error": error, "wrong": list(range(round(100 * error))), "n_test": 100, "stopped": "rule"}

    def summary(self, results):
        return f"{len(results)} runs"

    def draw(self, results):
        import matplotlib.pyplot as plt

        return plt.figure()

    def comparisons(self, results):
        a, b = ([r for r in results if r["method"] == m] for m in "ab")
        yield "a beats b", a, b, 0.0, True


def run(figure, path, **options):
    return runner.run(figure, "quick", path, report=lambda text: None, **options)


def test_every_model_has_the_same_search_and_is_then_run_as_it_was_best(tmp_path):
    figure = Slopes()
    results, failures = run(figure, tmp_path / "r.jsonl")
    searched = [spec for spec in figure.calls if spec["stage"] == "search"]
    assert not failures and len(searched) == 3 * 3 + 3 and len(results) == 12 + 6
    assert {spec["seed"] for spec in searched} == {search.SEED}
    compared = [spec for spec in figure.calls if spec["stage"] == "test"]
    assert {spec["seed"] for spec in compared} == {0, 1, 2}
    chosen = {(spec["method"], spec.get("width"), spec["weight_decay"]) for spec in compared}
    assert chosen == {("a", 2, 1e-4), ("b", None, 1e-4)}


def test_held_out_items_are_looked_at_once_for_each_seed(tmp_path):
    figure = Slopes()
    results, _ = run(figure, tmp_path / "r.jsonl")
    assert sum("wrong" in r for r in results) == 2 * 3
    run(figure, tmp_path / "r.jsonl", resume=True)
    assert len(figure.calls) == len(results)  # nothing was left to do


def test_a_stopped_search_goes_on_where_it_was(tmp_path):
    path, figure, again = tmp_path / "r.jsonl", Slopes(), Slopes()
    run(figure, path)
    whole = path.read_text().splitlines(keepends=True)
    path.write_text("".join(whole[:5]))
    run(again, path, resume=True)
    assert len(again.calls) == len(whole) - 5 and len(path.read_text().splitlines()) == len(whole)


def test_no_model_is_compared_while_a_search_has_failed(tmp_path):
    class Failing(Slopes):
        def run_one(self, spec, shared, n_threads):
            if spec.get("width") == 3:
                raise RuntimeError("no memory")
            return super().run_one(spec, shared, n_threads)

    results, failures = run(Failing(), tmp_path / "r.jsonl")
    assert len(failures) == 3 and all(r["stage"] == "search" for r in results)


def test_what_was_chosen_is_on_the_page(tmp_path):
    make(Slopes(), "quick", tmp_path, report=lambda text: None)
    page = (tmp_path / "slopes-quick.md").read_text()
    assert "| a | weight_decay 0.0001, width 2 | 10.00 | 9 |" in page
    assert "18 of 18 runs" in page and page.index("primary claim") < page.index(search.WORDS)
    assert "**holds**" in page and "Data: MNIST" in page


@pytest.mark.parametrize("errors", [[0.2, 0.1, 0.1], [0.1, 0.1, 0.1]])
def test_of_equal_errors_the_first_is_taken(errors):
    model = search.Model({}, {})
    tried = search.candidates(model)
    outcomes = zip(tried, errors, strict=True)
    results = [{**t, "method": "a", "stage": "search", "validation_error": e} for t, e in outcomes]
    assert search.best("a", model, results[::-1]) == tried[errors.index(0.1)]
