from lowrankweights.environment import blas, narrow_kernels, versions


def test_results_say_with_which_kernels_they_were_made():
    names = {library["name"] for library in blas()}
    assert all(name in versions()["blas"] for name in names)


def test_kernels_that_leave_half_of_the_processor_unused_are_told(tmp_path):
    wide, narrow = tmp_path / "wide", tmp_path / "narrow"
    wide.write_text("flags : fpu avx2 avx512f avx512dq avx512bw avx512vl\n")
    narrow.write_text("flags : fpu avx2\n")
    libraries = [{"name": "openblas", "kernels": "Haswell"}]
    assert "OPENBLAS_CORETYPE" in narrow_kernels(libraries, wide)
    assert narrow_kernels(libraries, narrow) == narrow_kernels(libraries, tmp_path / "none") == ""
    assert narrow_kernels([{"name": "openblas", "kernels": "SkylakeX"}], wide) == ""
    assert narrow_kernels([{"name": "mkl", "kernels": None}], wide) == ""
