// product_narrow: the form of GPUs for products of a few columns, such as a map of depth out of its features. There is
// nothing for items to share, and most of a tile would be multiplied in vain: an item takes one row and all columns.
// launch    global = (rows / TILE_ROWS rounded up * TILE_ROWS, 1, phases), local = (TILE_ROWS, 1, 1)
// requires  columns <= PANEL = WIDTH = 4; weights begin at multiples of four elements
// numerics  as product.cl
#ifndef TILE_ROWS
#define TILE_ROWS 64 // (e.g. 128)
#endif
#ifndef PANEL
#define PANEL 4 // columns of an item and of a panel of weights
#endif

// sum += the channel times its four weights
#define ADD(channel, k) sum = MULTIPLY_ADD((float4)(channel), load_aligned(w + (k) * PANEL), sum);

__kernel __attribute__((reqd_work_group_size(TILE_ROWS, 1, 1)))
void KERNEL(PRODUCT_ARGUMENTS)
{
    FIND_ROWS(TILE_ROWS)
    const geometry g = GEOMETRY;
    const uint m = first + get_local_id(0), phase = get_group_id(2);
    const source s = locate(min(m, rows - 1), x, g, table + table_start);
    const __global REAL *w = weights + weight_start + (ulong)phase * TAPS * channels * PANEL;

    float4 sum = (float4)(0.0f);
    for (uint tap = 0; tap < TAPS; tap++, w += channels * PANEL) {
        const ulong start = start_of(s, tap, phase, g);
        if (start == OUTSIDE) continue;
        const __global REAL *row = arena + start;
#if WHOLE_INPUT
        for (uint c = 0; c < channels; c += 4) {
            float4 left = load_aligned(row + c);
#if RECTIFIES
            left = rectified(left);
#endif
            ADD(left.x, c)
            ADD(left.y, c + 1)
            ADD(left.z, c + 2)
            ADD(left.w, c + 3)
        }
#else
        for (uint c = 0; c < channels; c++) {
            const float left = LOAD(row, c);
            ADD(RECTIFIES && left < 0.0f ? 0.0f : left, c)
        }
#endif
    }
    if (m >= rows) return;

    const operands o = OPERANDS;
    const float4 adjusted = ADJUST(sum, m, phase, 0, g, o);
    store_columns(finished(adjusted, o, 0), o, place(m, phase, g), 0, columns);
}
