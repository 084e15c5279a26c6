// conv2d: cross-correlation of a map with zero padding, an implicit product: row m is output pixel m, and its left factor
// is the window of KERNEL_ROWS x KERNEL_COLUMNS pixels that it sees, tap after tap.
// layout    x [images, map_rows, map_columns, channels], y [images, grid_rows, grid_columns, columns]
// launch    as product_tile.cl or product_vector.cl, one phase
// requires  TAPS = KERNEL_ROWS * KERNEL_COLUMNS
// numerics  as product.cl; pixels outside the map add zeros; RECTIFIES applies max(x, 0) to what is read, NaN stays NaN
#ifndef KERNEL_COLUMNS
#define KERNEL_COLUMNS 1
#endif
#ifndef STRIDE
#define STRIDE 1
#endif
#ifndef PADDING
#define PADDING 0
#endif
#define KERNEL conv2d
#define ADJUST(sum, m, phase, column, g, o) (sum)

inline source locate(const uint m, const ulong x, const geometry g, const __global ulong *table)
{
    const uint area = g.grid_rows * g.grid_columns;
    const uint image = m / area, pixel = m % area;
    const source s = {
        x + (ulong)image * g.map_rows * g.map_columns * g.channels,
        (int)(pixel / g.grid_columns) * STRIDE - PADDING,
        (int)(pixel % g.grid_columns) * STRIDE - PADDING,
    };
    return s;
}

inline ulong start_of(const source s, const uint tap, const uint phase, const geometry g)
{
    const int row = s.row + (int)(tap / KERNEL_COLUMNS), column = s.column + (int)(tap % KERNEL_COLUMNS);
    if (row < 0 || row >= (int)g.map_rows || column < 0 || column >= (int)g.map_columns) return OUTSIDE;
    return s.start + ((ulong)row * g.map_columns + column) * g.channels;
}

inline ulong place(const uint m, const uint phase, const geometry g) { return (ulong)m * g.columns; }
