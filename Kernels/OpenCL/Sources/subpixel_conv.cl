// subpixel_conv: a transposed convolution and the 3x3 convolution behind it in one: output phase (a, b) is a 2 x 2
// convolution whose tap (s, t) reads input pixel (row + s + a - 1, column + t + b - 1).
// layout    x [images, grid_rows, grid_columns, channels], y [images, 2 grid_rows, 2 grid_columns, columns]
//           extra: the border's bias [3, 3, padded columns] for first, inner and last output row, then column
// launch    as product_tile.cl or product_vector.cl, four phases: 2 a + b
// requires  TAPS = 4
// numerics  as product.cl; pixels outside the map add zeros; BORDER adds the border's bias first
#ifndef BORDER
#define BORDER 0
#endif
#define KERNEL subpixel_conv

inline source locate(const uint m, const ulong x, const geometry g, const __global ulong *table)
{
    const uint area = g.grid_rows * g.grid_columns;
    const uint image = m / area, pixel = m % area;
    const source s = {
        x + (ulong)image * area * g.channels, (int)(pixel / g.grid_columns) - 1, (int)(pixel % g.grid_columns) - 1};
    return s;
}

inline ulong start_of(const source s, const uint tap, const uint phase, const geometry g)
{
    const int row = s.row + (int)(tap / 2 + phase / 2), column = s.column + (int)(tap % 2 + phase % 2);
    if (row < 0 || row >= (int)g.grid_rows || column < 0 || column >= (int)g.grid_columns) return OUTSIDE;
    return s.start + ((ulong)row * g.grid_columns + column) * g.channels;
}

inline ulong place(const uint m, const uint phase, const geometry g)
{
    const uint line = m / g.grid_columns, column = m % g.grid_columns;
    return ((2 * (ulong)line + phase / 2) * 2 * g.grid_columns + 2 * column + phase % 2) * g.columns;
}

#if BORDER
// 0 for the first of `count`, 2 for the last, 1 between.
inline uint border_place(const uint index, const uint count) { return index == 0 ? 0 : index == count - 1 ? 2 : 1; }

inline FLOATV with_border(
    const FLOATV sum, const uint m, const uint phase, const uint column, const geometry g, const operands o)
{
    const uint row = 2 * (m / g.grid_columns % g.grid_rows) + phase / 2, x = 2 * (m % g.grid_columns) + phase % 2;
    const uint cell = 3 * border_place(row, 2 * g.grid_rows) + border_place(x, 2 * g.grid_columns);
    const uint padded = (g.columns + PANEL - 1) / PANEL * PANEL;
    return sum + VLOAD(0, o.vectors + o.extra + cell * padded + column);
}
#define ADJUST(sum, m, phase, column, g, o) with_border(sum, m, phase, column, g, o)
#else
#define ADJUST(sum, m, phase, column, g, o) (sum)
#endif
