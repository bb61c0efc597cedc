"""What a step gets depends on its number alone, however many processes draw."""

import pytest

from models.training.ahead import ahead


def square(step: int) -> int:
    return step * step


def refuse(step: int) -> int:
    if step == 3:
        raise ValueError("step 3 cannot be drawn")
    return step


def test_one_thread_draws_every_step_in_order() -> None:
    assert list(ahead(square, range(2, 6))) == [4, 9, 16, 25]


def test_processes_draw_the_same_in_the_same_order() -> None:
    pytest.importorskip("torch", reason="the extra train is not installed")
    assert list(ahead(square, range(2, 30), 3)) == [step * step for step in range(2, 30)]


def test_no_steps_draw_nothing() -> None:
    assert list(ahead(square, range(5, 5))) == []


def test_steps_may_be_far_apart() -> None:
    assert list(ahead(square, range(0, 7, 3))) == [0, 9, 36]


def test_an_error_of_the_drawing_is_raised_where_its_step_is_due() -> None:
    coming = ahead(refuse, range(5))
    assert [next(coming) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="step 3"):
        next(coming)
