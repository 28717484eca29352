"""The processor's instruction to fetch memory that will be needed soon, while it does something else."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array


def _prefetch(typing: Any, matrix: Any, row: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = make_array(signature.args[0])(context, builder, arguments[0])  # type: ignore[no-untyped-call]
        stride = cgutils.unpack_tuple(builder, array.strides)[0]  # type: ignore[no-untyped-call]
        index = context.cast(builder, arguments[1], signature.args[1], types.intp)
        address = builder.gep(builder.bitcast(array.data, ir.IntType(8).as_pointer()), [builder.mul(index, stride)])
        flags = [ir.IntType(32)] * 3  # to read, to keep near, data
        kind = ir.FunctionType(ir.VoidType(), [address.type, *flags])
        instruction = builder.module.declare_intrinsic("llvm.prefetch", (address.type,), kind)
        builder.call(instruction, [address, *(flag(value) for flag, value in zip(flags, (0, 3, 1), strict=True))])
        return context.get_dummy_value()

    return types.void(matrix, row), emit


prefetch_row: Callable[..., None] = intrinsic(_prefetch)
"""prefetch_row(matrix, row) begins to fetch the first 64 bytes of a row; it changes nothing but when they arrive."""
