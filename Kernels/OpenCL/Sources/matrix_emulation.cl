// matrix_emulation: a matrix unit's work done by ordinary arithmetic, for devices without it. Lanes hold exactly the
// fragments that the unit prescribes and show them to each other through local memory, so that a mistake in a layout
// gives a wrong result here, too. Its own barriers hide a missing one of the kernel; matrix_plain.cl has none.
// requires  EMULATED 1, and of the unit LEFT_LANE, LEFT_HALF (row, k) and RIGHT_LANE, RIGHT_HALF (k, column): which lane
//           holds an element, as which of its halves; or LEFT_ELEMENT, RIGHT_ELEMENT and RIGHT_ELEMENT_TRANSPOSED, its value
// numerics  float, depth in order
#define LANE_WORDS (LEFT_WORDS + RIGHT_WORDS)
#define UNIT_MEMORY __local uint shown[GROUP * LANE_WORDS];
#define POWER_OF_TWO(x) exp2(x)

inline float shown_half(const __local uint *words, const uint half_index)
{
    return float_of(((const __local ushort *)words)[half_index]);
}

#ifndef LEFT_ELEMENT
#define LEFT_ELEMENT(row, k) shown_half(first + LEFT_LANE(row, k) * LANE_WORDS, LEFT_HALF(row, k))
#endif
#ifndef RIGHT_ELEMENT
#define RIGHT_ELEMENT(k, column) \
    shown_half(first + RIGHT_LANE(k, column) * LANE_WORDS + LEFT_WORDS, RIGHT_HALF(k, column))
#endif
#define UNIT_MULTIPLY(s, l, r) MULTIPLY_SHOWN(s, l, r, RIGHT_ELEMENT)
#if MULTIPLIES_ALONE
#define UNIT_MULTIPLY_TRANSPOSED(s, l, r) MULTIPLY_SHOWN(s, l, r, RIGHT_ELEMENT_TRANSPOSED)
#endif

#define MULTIPLY_SHOWN(s, l, r, RIGHT) \
    { \
        __local uint *own = shown + get_local_id(0) * LANE_WORDS; \
        const __local uint *first = own - lane * LANE_WORDS; \
        for (uint w = 0; w < LEFT_WORDS; w++) own[w] = (l)[w]; \
        for (uint w = 0; w < RIGHT_WORDS; w++) own[LEFT_WORDS + w] = (r)[w]; \
        barrier(CLK_LOCAL_MEM_FENCE); \
        for (uint e = 0; e < SUM_COUNT; e++) { \
            const uint row = SUM_ROW(e), column = SUM_COLUMN(e); \
            float sum = (s)[e]; \
            for (uint k = 0; k < UNIT_DEPTH; k++) sum += LEFT_ELEMENT(row, k) * RIGHT(k, column); \
            (s)[e] = sum; \
        } \
        barrier(CLK_LOCAL_MEM_FENCE); \
    }

inline float row_exchange(const float v, const uint mask, __local uint *shown)
{
    const uint item = get_local_id(0);
    shown[item * LANE_WORDS] = as_uint(v);
    barrier(CLK_LOCAL_MEM_FENCE);
    const float other = as_float(shown[(item ^ mask) * LANE_WORDS]);
    barrier(CLK_LOCAL_MEM_FENCE);
    return other;
}
#define ROW_EXCHANGE(v, mask) row_exchange(v, mask, shown)

// Of the whole work-group, so that barriers may stand where a sub-group goes alone.
inline bool any_lane(const bool condition, __local uint *shown)
{
    shown[get_local_id(0) * LANE_WORDS] = condition;
    barrier(CLK_LOCAL_MEM_FENCE);
    uint any = 0;
    for (uint item = 0; item < get_local_size(0); item++) any |= shown[item * LANE_WORDS];
    barrier(CLK_LOCAL_MEM_FENCE);
    return any != 0;
}
#define ANY_LANE(condition) any_lane(condition, shown)
