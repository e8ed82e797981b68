"""One at a time, and nobody keeps a turn by being slow."""

import asyncio

from space.service.admission.turns import Turns

LONG_S = 30  # for a busy machine; no test waits for it when all is well


def test_one_is_in_at_a_time_in_the_order_in_which_they_came():
    async def crowd() -> tuple[list[int], int]:
        turns, came, inside, most = Turns(), [], 0, 0

        async def come(number: int) -> None:
            nonlocal inside, most
            async with turns.turn():
                came.append(number)
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*map(come, range(20)))
        return came, most

    assert asyncio.run(crowd()) == (list(range(20)), 1)


def test_others_come_between_those_that_never_wait():
    async def crowd() -> list[str]:
        turns, came = Turns(), []

        async def come() -> None:
            async with turns.turn():
                came.append("page")

        async def probe() -> None:
            came.append("probe")

        await asyncio.gather(come(), come(), come(), probe())
        return came

    assert asyncio.run(crowd()).index("probe") == 1


def test_who_is_slow_or_fails_keeps_nobody_waiting():
    async def wait() -> None:
        turns = Turns()

        async def stay(seconds: float) -> None:
            async with turns.turn():
                await asyncio.sleep(seconds)
                raise ValueError

        slow = asyncio.create_task(stay(2 * LONG_S))
        async with asyncio.timeout(LONG_S):
            for _ in range(2):
                await asyncio.gather(stay(0), return_exceptions=True)
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        await asyncio.sleep(0)
        assert turns._free._value == 1  # the slow one's was given back once

    asyncio.run(wait())
