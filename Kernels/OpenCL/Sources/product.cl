// product: what all products have in common: their arguments, and what happens to a sum before it is stored.
//
// A product multiplies rows of activations with packed weights. Operations differ in what a row is and where its sums
// go; each says so in a file of its own (linear.cl, conv2d.cl, upsample_conv.cl, subpixel_conv.cl, embed_patches.cl),
// which stands between this file and the file of a form (product_tile.cl, product_vector.cl, product_narrow.cl,
// product_matrix.cl) and defines
//     KERNEL                 the kernel's name
//     source locate(m, g)    where row m of the left factor reads
//     start_of(s, tap, ...)  the first channel of one tap of a row, or OUTSIDE
//     STAYS_INSIDE           if start_of never gives OUTSIDE: 1
//     place(m, phase, g)     the element of the output at which the sums of row m begin
//     ADJUST                 what is added before the bias
//
// layout    arena   activations; x, y and residuals begin at the given elements. A residual may be y itself.
//           weights [phases, panels, TAPS, channels, PANEL], the columns beyond the last filled with zeros
//           vectors float: bias, scale and others [columns, padded with zeros to whole panels], at the given elements
// numerics  one float sum for each element: taps in order, channels in order. The order depends on nothing else, so
//           that every form and tile size adds the same numbers in the same order.
//           Then: + border, + bias, activation, * scale, + residuals, each rounded to float.
#ifndef TAPS
#define TAPS 1
#endif
#ifndef BIAS
#define BIAS 0
#endif
#ifndef ACTIVATION
#define ACTIVATION 0 // 0 none, 1 ReLU, 2 GELU
#endif
#ifndef SCALE
#define SCALE 0
#endif
#ifndef RESIDUALS
#define RESIDUALS 0 // 0, 1, 2
#endif
#ifndef RECTIFIES
#define RECTIFIES 0 // whether max(x, 0) is applied to the input
#endif
#ifndef WHOLE_INPUT
#define WHOLE_INPUT 0 // whether a multiple of four channels comes in, so that no quad of a row leaves it
#endif
#ifndef WHOLE_OUTPUT
#define WHOLE_OUTPUT 0 // whether a multiple of four columns goes out
#endif
#ifndef WIDE_OUTPUT
#define WIDE_OUTPUT 0 // whether floats go out, whatever REAL is, and no residual comes in: results
#endif

#define OUTSIDE (ULONG_MAX - 15) // whole chunks, so that an address made of it, which nobody reads, is aligned as copies want it

// Extents: the product's rows and columns, the channels of a tap, the input map and the grid of positions on it.
typedef struct {
    uint rows, columns, channels;
    uint map_rows, map_columns, grid_rows, grid_columns;
} geometry;

// Where a row of the left factor reads: an element of the arena, and a position on the map for windows.
typedef struct {
    ulong start;
    int row, column;
} source;

typedef struct {
    __global REAL *arena;
    const __global float *vectors;
    ulong y, residual0, residual1;
    uint bias, scale, extra;
} operands;

// What all members of a group (group.cl) share, then what each has of its own. FIND_ROWS finds the first row of a
// work-group or a lone item that takes `count` of them. OPERANDS stands behind the main loop, so that in a group they
// need no registers in it.
#define SHARED_ARGUMENTS \
    __global REAL *arena, const __global REAL *restrict weights, const __global float *restrict vectors, \
    const __global ulong *restrict table, const uint columns, const uint channels, const uint map_rows, \
    const uint map_columns, const uint grid_rows, const uint grid_columns
#ifdef GROUPED
#define PRODUCT_ARGUMENTS SHARED_ARGUMENTS, MEMBER_ARGUMENTS
#define FIND_ROWS(count) \
    FIND_MEMBER(get_group_id(0), 10) \
    const uint first = place_in_member * (count), rows = (uint)OWN(9), table_start = (uint)OWN(8); \
    const ulong x = OWN(0), weight_start = OWN(4);
#define OPERANDS \
    {arena, vectors, OWN(1), OWN(2), OWN(3), (uint)OWN(5), (uint)OWN(6), (uint)OWN(7)}
#else
#define PRODUCT_ARGUMENTS \
    SHARED_ARGUMENTS, const ulong x, const ulong y, const ulong residual0, const ulong residual1, \
    const ulong weight_start, const uint bias, const uint scale, const uint extra, const uint table_start, \
    const uint rows
#define FIND_ROWS(count) const uint first = get_group_id(0) * (count);
#define OPERANDS {arena, vectors, y, residual0, residual1, bias, scale, extra}
#endif
#define GEOMETRY {rows, columns, channels, map_rows, map_columns, grid_rows, grid_columns}

// WIDTH columns of a sum, from `column` on, before residuals.
inline FLOATV finished(FLOATV sum, const operands o, const uint column)
{
    const __global float *vectors = o.vectors;
#if BIAS
    sum += VLOAD(0, vectors + o.bias + column);
#endif
#if ACTIVATION == 1
    sum = rectified(sum);
#elif ACTIVATION == 2
    sum = gelu(sum);
#endif
#if SCALE
    sum *= VLOAD(0, vectors + o.scale + column);
#endif
    return sum;
}

// Adds the residuals to WIDTH columns and stores those that exist. `start` is the output row's first element.
inline void store_columns(FLOATV v, const operands o, const ulong start, const uint column, const uint columns)
{
    const ulong e = start + column;
#if WIDE_OUTPUT
    __global float *const y = (__global float *)(o.arena + o.y) + e;
    float lanes[WIDTH];
    VSTORE(v, 0, lanes);
    for (uint i = 0; i < WIDTH && column + i < columns; i++) y[i] = lanes[i];
#else
    if (column + WIDTH <= columns) {
#if WHOLE_OUTPUT && WIDTH == 4
#if RESIDUALS > 0
        v += load_aligned(o.arena + o.residual0 + e);
#endif
#if RESIDUALS > 1
        v += load_aligned(o.arena + o.residual1 + e);
#endif
        store_aligned(o.arena + o.y + e, v);
#else
#if RESIDUALS > 0
        v += LOADV(o.arena, o.residual0 + e);
#endif
#if RESIDUALS > 1
        v += LOADV(o.arena, o.residual1 + e);
#endif
        STOREV(o.arena, o.y + e, v);
#endif
    } else {
        float lanes[WIDTH];
        VSTORE(v, 0, lanes);
        for (uint i = 0; column + i < columns; i++) {
            float lane = lanes[i];
#if RESIDUALS > 0
            lane += LOAD(o.arena, o.residual0 + e + i);
#endif
#if RESIDUALS > 1
            lane += LOAD(o.arena, o.residual1 + e + i);
#endif
            STORE(o.arena, o.y + e + i, lane);
        }
    }
#endif
}
