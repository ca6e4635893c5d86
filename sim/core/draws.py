"""Random numbers that belong to somebody.

A draw is a pure function of (seed, replicate, agent, month, purpose): nothing is taken from a
stream, so who else is simulated, in what order and on how many threads cannot change it.

The generator is Philox4x64-10 (Salmon, Moraes, Dror and Shaw, 2011, "Parallel random numbers:
as easy as 1, 2, 3", SC11), written once as a scalar function. It gives the words of
`numpy.random.Philox` bit for bit; NumPy adds one to the counter before its first block.
"""

import numpy as np
from numba import types
from numba.extending import intrinsic, overload, register_jitable

MASK = 0xFFFFFFFFFFFFFFFF
_MULTIPLIER_0 = 0xD2E7470EE14C6C93
_MULTIPLIER_1 = 0xCA5A826395121157
_WEYL_0 = 0x9E3779B97F4A7C15
_WEYL_1 = 0xBB67AE8584CAA73B
_ROUNDS = 10
_TO_UNIT = 1.0 / (1 << 53)

N_QUANTILES = 4096


def word(value: int) -> int:
    """Return `value` as an unsigned 64-bit word (two's complement for negative numbers)."""
    return int(value) & MASK


@overload(word)
def _word_compiled(value):
    return lambda value: np.uint64(value)


def product(a: int, b: int) -> tuple[int, int]:
    """Return the upper and the lower 64 bits of the 128-bit product of two 64-bit words."""
    whole = int(a) * int(b)
    return whole >> 64, whole & MASK


@intrinsic
def _product_instruction(typingctx, a, b):
    from llvmlite import ir

    words = types.UniTuple(types.uint64, 2)

    def codegen(context, builder, signature, args):
        wide, narrow = ir.IntType(128), ir.IntType(64)
        whole = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        upper = builder.trunc(builder.lshr(whole, ir.Constant(wide, 64)), narrow)
        return context.make_tuple(builder, words, (upper, builder.trunc(whole, narrow)))

    return words(types.uint64, types.uint64), codegen


@overload(product)
def _product_compiled(a, b):
    return lambda a, b: _product_instruction(a, b)


@register_jitable
def philox(counter_0, counter_1, counter_2, counter_3, key_0, key_1):
    """Return the four 64-bit words of one Philox4x64-10 block.

    Parameters
    ----------
    counter_0, counter_1, counter_2, counter_3, key_0, key_1 : int
        Words of the counter and of the key, each from 0 to 2**64 - 1 (see `word`).

    Returns
    -------
    tuple of four int
        What ``numpy.random.Philox(counter=c - 1, key=key).random_raw(4)`` gives.
    """
    for _ in range(_ROUNDS):
        upper_0, lower_0 = product(_MULTIPLIER_0, counter_0)
        upper_1, lower_1 = product(_MULTIPLIER_1, counter_2)
        counter_0 = upper_1 ^ counter_1 ^ key_0
        counter_1 = lower_1
        counter_2 = upper_0 ^ counter_3 ^ key_1
        counter_3 = lower_0
        key_0 = (key_0 + _WEYL_0) & MASK
        key_1 = (key_1 + _WEYL_1) & MASK
    return counter_0, counter_1, counter_2, counter_3


@register_jitable
def unit(random_word):
    """Map a 64-bit word to a float in [0, 1) with 53 random bits."""
    return float(random_word >> word(11)) * _TO_UNIT


@register_jitable
def uniforms(seed, replicate, agent, month, purpose, block=0):
    """Return four uniform draws in [0, 1) that belong to one agent, month and purpose.

    Parameters
    ----------
    seed, replicate : int
        Name the run.
    agent : int
        Number of the agent among those of its kind.
    month : int
        Months since the first month of burn-in; negative before it.
    purpose : int
        What the draw decides (see `sim.purposes`).
    block : int
        Number of the block, where one purpose needs more than four draws.

    Returns
    -------
    tuple of four float
    """
    a, b, c, d = philox(
        word(block), word(purpose), word(month), word(agent), word(seed), word(replicate)
    )
    return unit(a), unit(b), unit(c), unit(d)


@register_jitable
def quantile(table, u):
    """Return the value at probability `u` of a distribution tabulated by `quantile_table`.

    Linear between the knots. Only products and sums, so that every machine gives the same bits.
    """
    position = u * N_QUANTILES
    knot = int(position)
    return table[knot] + (table[knot + 1] - table[knot]) * (position - knot)


def quantile_table(inverse) -> np.ndarray:
    """Tabulate an inverse distribution function for `quantile`.

    Parameters
    ----------
    inverse : callable
        From an array of probabilities in (0, 1) to values.

    Returns
    -------
    ndarray of float, shape (N_QUANTILES + 1,)
        Rounded to nine decimals, so that it does not depend on a machine's mathematics library.
        The tails end at half a knot from 0 and 1.
    """
    probabilities = np.arange(N_QUANTILES + 1) / N_QUANTILES
    half = 0.5 / N_QUANTILES
    return np.round(inverse(np.clip(probabilities, half, 1.0 - half)), 9)
