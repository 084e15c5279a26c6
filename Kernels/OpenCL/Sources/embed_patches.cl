// embed_patches: crops to tokens. Row m is token m mod TOKENS of crop m / TOKENS; the left factor of token 1 + i is cell
// i of the crop, one tap for each line of its pixels; token 0 is the class token. The position is added to every token.
// layout    maps [map rows, pitch / 3, 3] in the arena; y [crops, TOKENS, columns]
//           table: for each crop the element of the arena at which it begins, and its map's pitch in elements
//           extra: class token [padded columns], then position [TOKENS, padded columns]
// launch    as product_tile.cl or product_vector.cl, one phase
// requires  TAPS = TOKEN_SIDE, channels = 3 * TOKEN_SIDE, TOKENS = 1 + (cells along a side)^2 = 1 + CELLS * CELLS
// numerics  as product.cl: + bias, then + position; the class token adds its position alone
#ifndef CELLS
#define CELLS 1
#endif
#define TOKENS (1 + CELLS * CELLS)
#define KERNEL embed_patches

// `row` holds the pitch; -1 marks the class token, which reads nothing.
inline source locate(const uint m, const ulong x, const geometry g, const __global ulong *table)
{
    const uint crop = m / TOKENS, token = m % TOKENS;
    const ulong start = table[2 * crop], pitch = table[2 * crop + 1];
    source s = {start, -1, 0};
    if (token > 0) {
        const uint cell = token - 1;
        s.start += (ulong)(cell / CELLS * TAPS) * pitch + cell % CELLS * g.channels;
        s.row = (int)pitch;
    }
    return s;
}

inline ulong start_of(const source s, const uint tap, const uint phase, const geometry g)
{
    return s.row < 0 ? OUTSIDE : s.start + (ulong)tap * s.row;
}

inline ulong place(const uint m, const uint phase, const geometry g) { return (ulong)m * g.columns; }

inline FLOATV embedded(const FLOATV sum, const uint m, const uint column, const geometry g, const operands o)
{
    const uint token = m % TOKENS;
    const uint padded = (g.columns + PANEL - 1) / PANEL * PANEL;
    const __global float *extra = o.vectors + o.extra;
    const FLOATV position = VLOAD(0, extra + padded + token * padded + column);
    const FLOATV value = token == 0 ? VLOAD(0, extra + column) : sum + VLOAD(0, o.vectors + o.bias + column);
    return value + position;
}
#define ADJUST(sum, m, phase, column, g, o) embedded(sum, m, column, g, o)
