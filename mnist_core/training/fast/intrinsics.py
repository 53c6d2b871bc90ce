"""What compiled loops need of a processor that plain Python can't say: atomics, and fetching ahead.

Each takes an array and an index into it.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def read(_context, array, index):
    """array[index]; what its writer wrote before can be read afterwards."""
    return array.dtype(array, index), _at(
        array, lambda builder, address: builder.load_atomic(address, "acquire", 8)
    )


@intrinsic
def write(_context, array, index, value):
    """array[index] = value, after all that was written before; gives what stood there."""
    return array.dtype(array, index, value), _at(
        array, lambda builder, address, value: builder.atomic_rmw("xchg", address, value, "acq_rel")
    )


@intrinsic
def add(_context, array, index, value):
    """array[index] += value, in one; gives what stood there."""
    return array.dtype(array, index, value), _at(
        array, lambda builder, address, value: builder.atomic_rmw("add", address, value, "acq_rel")
    )


@intrinsic
def replace(_context, array, index, old, new):
    """array[index] = new, where `old` stands there; whether it did."""

    def code(builder, address, old, new):
        pair = builder.cmpxchg(address, old, new, "acq_rel", "monotonic")
        return builder.extract_value(pair, 1)

    return types.boolean(array, index, old, new), _at(array, code)


@intrinsic
def prefetch(_context, array, index):
    """Have array[index] brought from memory meanwhile; gives whether that was asked for: always."""

    def code(builder, address):
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
        to_read, often, data = number(0), number(3), number(1)
        builder.call(fetch, [address, to_read, often, data])
        return ir.Constant(ir.IntType(1), 1)

    return types.boolean(array, index), _at(array, code)


def _at(array_type, code):
    """An intrinsic's code generator, given the address of array[index]."""

    def generate(context, builder, _signature, arguments):
        array = context.make_array(array_type)(context, builder, arguments[0])
        address = cgutils.get_item_pointer(
            context, builder, array_type, array, [arguments[1]], wraparound=False
        )
        return code(builder, address, *arguments[2:])

    return generate
