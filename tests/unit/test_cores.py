import os

import pytest

from anprd.training import cores

ZEN_3 = "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu sse4_2 avx avx2 fma\n"
ZEN_5 = "processor\t: 0\nflags\t\t: avx2 avx512f avx512_vnni avx512_bf16 fma\n"
SAPPHIRE_RAPIDS = "flags\t\t: avx512f amx_tile amx_bf16 amx_int8\n"
GRAVITON_3 = "BogoMIPS\t: 2100.00\nFeatures\t: fp asimd sve i8mm bf16 dgh\n"


@pytest.mark.parametrize("cpuinfo", [ZEN_5, SAPPHIRE_RAPIDS, GRAVITON_3, 8 * ZEN_5])
def test_a_cpu_that_multiplies_in_bf16_is_known_by_its_flags(cpuinfo: str) -> None:
    assert cores.says_bf16(cpuinfo)


@pytest.mark.parametrize("cpuinfo", ["", ZEN_3, "model name\t: bf16\n", "bugs\t\t: avx512_bf16\n"])
def test_any_other_cpu_computes_in_fp32(cpuinfo: str) -> None:
    assert not cores.says_bf16(cpuinfo)


def test_threads_are_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for asked in ("3", " 3, 2"):
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        assert cores.thread_count() == 3


def test_without_a_number_of_threads_every_core_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for asked in ("", "0", "many"):
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        assert cores.thread_count() == os.cpu_count()
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert cores.thread_count() == os.cpu_count()
