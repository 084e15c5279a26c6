// merge_tokens: lays the token squares of a square of crops out as a map, without the class token and the padding.
// layout    crops [1 + tokens_per_side^2, channels] each, anywhere in the arena; y [map_side, map_side, channels]
//           table: for each row of the map the row of crops and the row of tokens that it shows (columns alike), two
//           numbers each; then the arena's element of each crop, row by row
// launch    global = (map_side^2 * channels / QUAD rounded up to a multiple of GROUP), local = (GROUP)
// requires  QUAD divides channels: 4, or 1
// numerics  copies
#ifndef GROUP
#define GROUP 64
#endif
#ifndef QUAD
#define QUAD 1
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void merge_tokens(
    __global REAL *arena, const ulong y, const __global ulong *restrict table, const uint table_start,
    const uint map_side, const uint crops_per_side, const uint tokens_per_side, const uint channels)
{
    const ulong index = get_global_id(0);
    const uint quads = channels / QUAD;
    if (index >= (ulong)map_side * map_side * quads) return;
    const uint pixel = (uint)(index / quads), c = (uint)(index % quads) * QUAD;
    const __global ulong *t = table + table_start;
    const uint row = pixel / map_side, column = pixel % map_side;
    const uint crop = (uint)t[2 * row] * crops_per_side + (uint)t[2 * column];
    const uint token = 1 + (uint)t[2 * row + 1] * tokens_per_side + (uint)t[2 * column + 1];
    const ulong from = t[2 * map_side + crop] + (ulong)token * channels + c, to = y + (ulong)pixel * channels + c;
#if QUAD == 4
    *(__global REAL4 *)(arena + to) = *(const __global REAL4 *)(arena + from);
#else
    arena[to] = arena[from];
#endif
}
