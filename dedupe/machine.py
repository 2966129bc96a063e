"""What kernels ask of the machine beyond what numba compiles by itself.

Vectors of bytes and of table cells, compared at once to a mask of bits; a few sorted cells, into
which a value is put at once; the wide product; a word
of memory asked for ahead of its use. They are written in LLVM's portable instructions, which every
processor that numba supports has or imitates. Where kernels are interpreted, the plain function of
the same name runs; tests hold the two together.
"""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, available, numba

ir: Any = importlib.import_module("llvmlite.ir") if available() else None
types: Any = numba.core.types if available() else None

BLOCK = 64  # bytes that are classed at once
LINE = 512  # bits of a line of the cache: sixteen cells of 32 bits or eight of 64

_BREAKS = b'.!?:;\n\r"(|'
_APOSTROPHE = 0x27
_WORD = 0xFFFFFFFFFFFFFFFF

Table = npt.NDArray[Any]


def plain_classes(data: npt.NDArray[np.uint8], at: U64) -> tuple[U64, U64, U64, U64, U64]:
    """Of the 64 bytes from ``at`` on, a bit each, the first lowest, in five words: ASCII letters,
    digits, capitals, what ends a sentence, and last what is not ASCII or an apostrophe.
    """
    part = data[int(at) : int(at) + BLOCK]
    small = part | 0x20
    letters = (small >= ord("a")) & (small <= ord("z")) & (part < 0x80)
    digits = (part >= ord("0")) & (part <= ord("9"))
    capitals = (part >= ord("A")) & (part <= ord("Z"))
    breaks = np.isin(part, np.frombuffer(_BREAKS, dtype=np.uint8))
    other = (part >= 0x80) | (part == _APOSTROPHE)
    return _mask(letters), _mask(digits), _mask(capitals), _mask(breaks), _mask(other)


def plain_word_at(data: npt.NDArray[np.uint8], at: U64) -> U64:
    """Eight bytes from ``at`` on, the earliest lowest."""
    return data[int(at) : int(at) + 8].view("<u8")[0]


def plain_trailing(bits: U64) -> int:
    """How many zero bits are below the lowest set bit; 64 when there is none."""
    value = int(bits)
    return (value & -value).bit_length() - 1 if value else 64


def plain_product(a: U64, b: U64) -> U64:
    """The two halves of the 128-bit product, xored."""
    wide = int(a) * int(b)
    return np.uint64((wide & _WORD) ^ (wide >> 64))


def plain_octets(text: str) -> bytes:
    """The bytes that a string carries, none of whose characters is above 255."""
    return text.encode("latin-1")


def plain_ask(table: Table, at: U64) -> None:
    """Ask the memory for a cell of a table, without waiting for it."""


def plain_tagged(table: Table, first: U64, bits: int, tag: U64) -> U64:
    """Which cells of the line that begins at ``first`` are ``tag`` above their low ``bits``."""
    cells = table[int(first) : int(first) + LINE // (8 * table.itemsize)]
    return _mask(cells >> cells.dtype.type(bits) == tag)


def plain_insert(lanes: int) -> Callable[[Table, U64, U64], None]:
    """What inserts a value into so many sorted cells, unless it is there; the largest falls off."""

    def insert(table: Table, first: U64, value: U64) -> None:
        cells = table[int(first) : int(first) + lanes]
        if value not in cells:
            cells[:] = np.sort(np.append(cells, cells.dtype.type(value)))[:lanes]

    return insert


def _mask(found: npt.NDArray[np.bool_]) -> U64:
    return np.uint64(int.from_bytes(np.packbits(found, bitorder="little").tobytes(), "little"))


def _classes(_typing: Any, data: Any, _at: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        byte = ir.IntType(8)

        def every(value: int) -> Any:
            return ir.Constant(ir.VectorType(byte, BLOCK), [value] * BLOCK)

        def within(values: Any, first: str, last: str) -> Any:
            above = builder.sub(values, every(ord(first)))
            return builder.icmp_unsigned("<=", above, every(ord(last) - ord(first)))

        part = _load(context, builder, sig, args, ir.VectorType(byte, BLOCK))
        breaks = builder.icmp_unsigned("==", part, every(_BREAKS[0]))
        for value in _BREAKS[1:]:
            breaks = builder.or_(breaks, builder.icmp_unsigned("==", part, every(value)))
        found = (
            within(builder.or_(part, every(0x20)), "a", "z"),
            within(part, "0", "9"),
            within(part, "A", "Z"),
            breaks,
            builder.or_(
                builder.icmp_unsigned("==", part, every(_APOSTROPHE)),
                builder.icmp_signed("<", part, every(0)),
            ),
        )
        words = [builder.bitcast(bits, ir.IntType(BLOCK)) for bits in found]
        return context.make_tuple(builder, sig.return_type, words)

    return types.UniTuple(types.uint64, 5)(data, types.uint64), generate


def _word_at(_typing: Any, data: Any, _at: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _load(context, builder, sig, args, ir.IntType(64))

    return types.uint64(data, types.uint64), generate


def _trailing(_typing: Any, _bits: Any) -> Any:
    def generate(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


def _product(_typing: Any, _a: Any, _b: Any) -> Any:
    def generate(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        word, wide = ir.IntType(64), ir.IntType(128)
        both = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        high = builder.trunc(builder.lshr(both, ir.Constant(wide, 64)), word)
        return builder.xor(builder.trunc(both, word), high)

    return types.uint64(types.uint64, types.uint64), generate


def _octets(_typing: Any, _text: Any) -> Any:
    cells = types.Array(types.uint8, 1, "C", readonly=True)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        text = numba.core.cgutils.create_struct_proxy(sig.args[0])(context, builder, args[0])
        made = context.make_array(cells)(context, builder)
        size = [text.length]
        numba.np.arrayobj.populate_array(
            made, data=text.data, shape=size, strides=[context.get_constant(types.intp, 1)],
            itemsize=context.get_constant(types.intp, 1), meminfo=None,
        )  # fmt: skip
        return made._getvalue()

    return cells(types.unicode_type), generate


def _ask(_typing: Any, table: Any, _at: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        byte, number = ir.IntType(8), ir.IntType(32)
        address = _address(context, builder, sig, args, byte)
        kind = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        prefetch = numba.core.cgutils.get_or_insert_function(
            builder.module, kind, "llvm.prefetch.p0"
        )
        # to be read; into all levels of the cache; data
        builder.call(prefetch, [address, *(ir.Constant(number, n) for n in (0, 3, 1))])
        return context.get_dummy_value()

    return types.void(table, types.uint64), generate


def _tagged(_typing: Any, table: Any, _first: Any, _bits: Any, _tag: Any) -> Any:
    width = table.dtype.bitwidth
    lanes = LINE // width

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        cell = ir.IntType(width)
        vector = ir.VectorType(cell, lanes)
        cells = _load(context, builder, sig, args, vector)
        above = builder.lshr(cells, _every(builder, vector, args[2]))
        same = builder.icmp_unsigned("==", above, _every(builder, vector, args[3]))
        return builder.zext(builder.bitcast(same, ir.IntType(lanes)), ir.IntType(64))

    return types.uint64(table, types.uint64, table.dtype, table.dtype), generate


def _insert(lanes: int) -> Callable[..., Any]:
    def insert(_typing: Any, table: Any, _first: Any, _value: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            cell, flag = ir.IntType(table.dtype.bitwidth), ir.IntType(1)
            vector = ir.VectorType(cell, lanes)
            number = ir.IntType(32)
            one_up = ir.Constant(ir.VectorType(number, lanes), [0, *range(lanes - 1)])
            value = _every(builder, vector, args[2])
            before = _load(context, builder, sig, args, vector)
            less = builder.icmp_unsigned("<", before, value)
            same = builder.icmp_unsigned("==", before, value)
            less_below = builder.insert_element(
                builder.shuffle_vector(less, less, one_up),
                ir.Constant(flag, 1),
                ir.Constant(number, 0),
            )
            moved = builder.select(
                less_below, value, builder.shuffle_vector(before, before, one_up)
            )
            word = ir.IntType(lanes)
            new = builder.icmp_unsigned("==", builder.bitcast(same, word), ir.Constant(word, 0))
            after = builder.select(new, builder.select(less, before, moved), before)
            builder.store(after, _address(context, builder, sig, args, vector), align=1)
            return context.get_dummy_value()

        return types.void(table, types.uint64, table.dtype), generate

    return insert


def _every(builder: Any, vector: Any, value: Any) -> Any:
    """A vector of nothing but ``value``."""
    nothing = ir.Constant(vector, ir.Undefined)
    number = ir.IntType(32)
    one = builder.insert_element(nothing, value, ir.Constant(number, 0))
    return builder.shuffle_vector(
        one, nothing, ir.Constant(ir.VectorType(number, vector.count), [0] * vector.count)
    )


def _pointer(_typing: Any, _address: Any) -> Any:
    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(sig.return_type))

    return types.voidptr(types.uint64), generate


def _load(context: Any, builder: Any, sig: Any, args: Any, kind: Any) -> Any:
    return builder.load(_address(context, builder, sig, args, kind), align=1)


def _address(context: Any, builder: Any, sig: Any, args: Any, kind: Any) -> Any:
    """Where the element lies that the first two arguments name, as a pointer to ``kind``."""
    data = context.make_array(sig.args[0])(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [args[1]]), kind.as_pointer())


def _taught(plain: Callable[..., Any], code: Callable[..., Any]) -> Callable[..., Any]:
    return numba.extending.intrinsic(code) if available() else plain


classes = _taught(plain_classes, _classes)
word_at = _taught(plain_word_at, _word_at)
trailing = _taught(plain_trailing, _trailing)
product = _taught(plain_product, _product)
octets = _taught(plain_octets, _octets)
ask = _taught(plain_ask, _ask)
tagged = _taught(plain_tagged, _tagged)


def inserting(lanes: int) -> Callable[..., Any]:
    """See :func:`plain_insert`."""
    return _taught(plain_insert(lanes), _insert(lanes))


# An address as a pointer. Interpreted kernels are given none.
pointer: Any = numba.extending.intrinsic(_pointer) if available() else None
