// linear: y[m, :] = epilogue(x[m, :] W^T).
// layout    x [rows, channels], y [rows, columns]
// launch    as product_tile.cl or product_vector.cl, one phase
// requires  TAPS = 1
// numerics  as product.cl
#define KERNEL linear
#define STAYS_INSIDE 1
#define ADJUST(sum, m, phase, column, g, o) (sum)

inline source locate(const uint m, const ulong x, const geometry g, const __global ulong *table)
{
    const source s = {x + (ulong)m * g.channels, 0, 0};
    return s;
}

inline ulong start_of(const source s, const uint tap, const uint phase, const geometry g) { return s.start; }

inline ulong place(const uint m, const uint phase, const geometry g) { return (ulong)m * g.columns; }
