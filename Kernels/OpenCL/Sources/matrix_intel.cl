// matrix_intel: Intel's XMX by cl_intel_subgroup_matrix_multiply_accumulate: 8 rows, as many columns as lanes.
// requires  INTEL_LANES 16 (data centre, Arc B) or 8 (Arc A), cl_intel_required_subgroup_size; EMULATED: any device
// layout    as the extension says. A lane has of the left factor column l of all rows (16 lanes) or columns 2 l, 2 l + 1 (8);
//           of the right factor its column in pairs of rows; of the sums its column
// numerics  float sums; how the unit orders 16 products is not documented
#ifndef INTEL_LANES
#define INTEL_LANES 16
#endif
#define LANES INTEL_LANES
#define UNIT_ROWS 8
#define UNIT_COLUMNS LANES
#define LANE_COLUMNS (UNIT_DEPTH / LANES) // of the left factor
#define LEFT_WORDS (4 * LANE_COLUMNS)
#define RIGHT_WORDS 8
#define RIGHT_AT_ONCE 1
#define SUM_COUNT 8
#define SUM_ROW(e) (e)
#define SUM_COLUMN(e) (lane)
#define ROW_SLOTS 8
#define ROW_SLOT(e) (e)
#define ROW_LANES LANES
#define KEEPS_SHARES 0
#define ASYNC 0

#define LEFT_LANE(row, k) ((k) / LANE_COLUMNS)
#define LEFT_HALF(row, k) ((row) * LANE_COLUMNS + (k) % LANE_COLUMNS)
#define RIGHT_LANE(k, column) (column)
#define RIGHT_HALF(k, column) (k)
#define pair(low, high) pair_of(low, high)
#define rectified_pair(word) rectified_pair_of(word)

#define COMMIT_COPIES()
#define AWAIT_COPIES(pending)
#define FETCH_CHUNK(kept, to, from, exists) FETCH_THROUGH_REGISTERS(kept, from, exists)
#define KEEP_CHUNK(kept, to) KEEP_FROM_REGISTERS(kept, to)

#if EMULATED
#define UNIT_ATTRIBUTE
#else
#define UNIT_ATTRIBUTE __attribute__((intel_reqd_sub_group_size(LANES)))
#if STORAGE == 1
#define UNIT_BUILTIN intel_sub_group_f16_f16_matrix_mad_k16
#else
#define UNIT_BUILTIN intel_sub_group_bf16_bf16_matrix_mad_k16
#endif
inline void unit_multiply(__private float *s, const __private uint *l, const __private uint *r)
{
#if INTEL_LANES == 16
    const short8 left = as_short8(vload4(0, l));
#else
    const int8 left = as_int8(vload8(0, l));
#endif
    vstore8(UNIT_BUILTIN(left, as_int8(vload8(0, r)), vload8(0, s)), 0, s);
}
#define UNIT_MULTIPLY(s, l, r) unit_multiply(s, l, r)
#define ROW_EXCHANGE(v, mask) intel_sub_group_shuffle_xor(v, mask)
#define ANY_LANE(condition) (sub_group_any(condition) != 0)
#define POWER_OF_TWO(x) native_exp2(x)
#define UNIT_MEMORY
#endif

inline void load_left(
    __private uint *f, const __local ushort *tile, const uint lane, const uint row, const uint k, const uint pitch)
{
    for (uint i = 0; i < LEFT_WORDS; i++) {
#if INTEL_LANES == 16
        const uint low = tile[element_at(row + 2 * i, k + lane, pitch)];
        const uint high = tile[element_at(row + 2 * i + 1, k + lane, pitch)];
        f[i] = low | high << 16;
#else
        f[i] = *(const __local uint *)(tile + element_at(row + i, k + 2 * lane, pitch));
#endif
    }
}

inline void load_right(
    __private uint *f, const __local ushort *tile, const uint lane, const uint column, const uint k, const uint pitch)
{
    for (uint i = 0; i < UNIT_DEPTH / CHUNK; i++)
        vstore4(*(const __local uint4 *)(tile + chunk_at(column + lane, k / CHUNK + i, pitch)), i, f);
}
