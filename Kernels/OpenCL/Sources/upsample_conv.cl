// upsample_conv: transposed convolution with a 2 x 2 kernel and stride 2: for each of the four output phases a product
// over the input's pixels, whose rows go to every second pixel of the output.
// layout    x [images, grid_rows, grid_columns, channels], y [images, 2 grid_rows, 2 grid_columns, columns]
// launch    as product_tile.cl or product_vector.cl, four phases: 2 * (output row mod 2) + (output column mod 2)
// requires  TAPS = 1
// numerics  as product.cl
#define KERNEL upsample_conv
#define STAYS_INSIDE 1
#define ADJUST(sum, m, phase, column, g, o) (sum)

inline source locate(const uint m, const ulong x, const geometry g, const __global ulong *table)
{
    const source s = {x + (ulong)m * g.channels, 0, 0};
    return s;
}

inline ulong start_of(const source s, const uint tap, const uint phase, const geometry g) { return s.start; }

inline ulong place(const uint m, const uint phase, const geometry g)
{
    const uint line = m / g.grid_columns, column = m % g.grid_columns; // line: image * grid_rows + row
    return ((2 * (ulong)line + phase / 2) * 2 * g.grid_columns + 2 * column + phase % 2) * g.columns;
}
