// matrix_amd: AMD's matrix cores by the compiler's builtins: MFMA 16x16x16 (CDNA, waves of 64) and WMMA 16x16x16 (RDNA 3
// and 4, waves of 32).
// requires  AMD_UNIT 9: gfx90a, gfx942; 11: gfx11; 12: gfx12; cl_khr_fp16. EMULATED: any device
// layout    AMD's matrix instruction calculator. Lane l has row (or column) l mod 16 of a factor: of its depth four
//           elements from 4 (l / 16) on (9), all (11; lanes 16 apart hold the same), eight from 8 (l / 16) on (12).
//           Of the sums it has column l mod 16: rows 4 (l / 16) + e (9), 2 e + l / 16 (11), 8 (l / 16) + e (12).
// numerics  float sums; how the unit orders 16 products is not documented
#ifndef AMD_UNIT
#define AMD_UNIT 9
#endif
#define UNIT_ATTRIBUTE
#define UNIT_ROWS 16
#define UNIT_COLUMNS 16
#define RIGHT_AT_ONCE 1
#define SUM_COLUMN(e) (lane % 16)
#define ROW_SLOT(e) (e)
#define ROW_LANES 16
#define KEEPS_SHARES 0
#define ASYNC 0
#if AMD_UNIT == 9
#define LANES 64
#define LANE_DEPTH 4
#define FIRST_DEPTH(lane) ((lane) / 16 * 4)
#define SUM_COUNT 4
#define SUM_ROW(e) (lane / 16 * 4 + (e))
#elif AMD_UNIT == 11
#define LANES 32
#define LANE_DEPTH 16
#define FIRST_DEPTH(lane) 0
#define SUM_COUNT 8
#define SUM_ROW(e) ((e) * 2 + lane / 16)
#else
#define LANES 32
#define LANE_DEPTH 8
#define FIRST_DEPTH(lane) ((lane) / 16 * 8)
#define SUM_COUNT 8
#define SUM_ROW(e) (lane / 16 * 8 + (e))
#endif
#define ROW_SLOTS SUM_COUNT
#define LEFT_WORDS (LANE_DEPTH / 2)
#define RIGHT_WORDS (LANE_DEPTH / 2)

#define LEFT_LANE(row, k) ((row) + (k) / LANE_DEPTH * 16)
#define LEFT_HALF(row, k) ((k) % LANE_DEPTH)
#define RIGHT_LANE(k, column) ((column) + (k) / LANE_DEPTH * 16)
#define RIGHT_HALF(k, column) ((k) % LANE_DEPTH)
#define pair(low, high) pair_of(low, high)

#define COMMIT_COPIES()
#define AWAIT_COPIES(pending)
#define FETCH_CHUNK(kept, to, from, exists) FETCH_THROUGH_REGISTERS(kept, from, exists)
#define KEEP_CHUNK(kept, to) KEEP_FROM_REGISTERS(kept, to)

#if EMULATED
#define rectified_pair(word) rectified_pair_of(word)
#else
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#if STORAGE == 1
#define AS_ELEMENTS(count, words) JOIN(as_half, count)(words)
#else
#define AS_ELEMENTS(count, words) JOIN(as_short, count)(words)
#endif
#if AMD_UNIT == 9
typedef float4 UNIT_SUMS;
#define AS_FACTOR(f) AS_ELEMENTS(4, vload2(0, f))
#define LOAD_SUMS(s) vload4(0, s)
#define STORE_SUMS(v, s) vstore4(v, 0, s)
#if STORAGE == 1
#define UNIT_BUILTIN(l, r, s) __builtin_amdgcn_mfma_f32_16x16x16f16(l, r, s, 0, 0, 0)
#else
#define UNIT_BUILTIN(l, r, s) __builtin_amdgcn_mfma_f32_16x16x16bf16_1k(l, r, s, 0, 0, 0)
#endif
#else
typedef float8 UNIT_SUMS;
#define LOAD_SUMS(s) vload8(0, s)
#define STORE_SUMS(v, s) vstore8(v, 0, s)
#if STORAGE == 1
#define WMMA __builtin_amdgcn_wmma_f32_16x16x16_f16_w32
#else
#define WMMA __builtin_amdgcn_wmma_f32_16x16x16_bf16_w32
#endif
#if AMD_UNIT == 11
#define AS_FACTOR(f) AS_ELEMENTS(16, vload8(0, f))
#define UNIT_BUILTIN(l, r, s) WMMA(l, r, s)
#else
#define AS_FACTOR(f) AS_ELEMENTS(8, vload4(0, f))
#define UNIT_BUILTIN(l, r, s) JOIN(WMMA, _gfx12)(l, r, s)
#endif
#endif

inline void unit_multiply(__private float *s, const __private uint *l, const __private uint *r)
{
    const UNIT_SUMS sums = UNIT_BUILTIN(AS_FACTOR(l), AS_FACTOR(r), LOAD_SUMS(s));
    STORE_SUMS(sums, s);
}

#if STORAGE == 1
inline uint rectified_pair(const uint word)
{
    const half2 v = as_half2(word);
    return as_uint(v < (half2)(0.0h) ? (half2)(0.0h) : v);
}
#else
#define rectified_pair(word) rectified_pair_of(word)
#endif

inline float row_exchange(const float v, const uint mask)
{
    const uint other = (get_local_id(0) % LANES) ^ mask;
    return as_float(__builtin_amdgcn_ds_bpermute((int)(other * 4), as_int(v)));
}
#define UNIT_MULTIPLY(s, l, r) unit_multiply(s, l, r)
#define ROW_EXCHANGE(v, mask) row_exchange(v, mask)
#if LANES == 64
#define ANY_LANE(condition) (__builtin_amdgcn_ballot_w64(condition) != 0)
#else
#define ANY_LANE(condition) (__builtin_amdgcn_ballot_w32(condition) != 0)
#endif
#define POWER_OF_TWO(x) native_exp2(x)
#define UNIT_MEMORY
#endif

// A row's elements k + FIRST_DEPTH ... of a tile; both factors alike.
inline void load_fragment(
    __private uint *f, const __local ushort *tile, const uint lane, const uint row, const uint k, const uint pitch)
{
    const uint first = k + FIRST_DEPTH(lane);
#if LANE_DEPTH == 4
    const uint at = row * pitch + element_at(lane % 16, first, pitch);
    vstore2(*(const __local uint2 *)(tile + at), 0, f);
#else
    for (uint i = 0; i < LANE_DEPTH / CHUNK; i++) {
        const uint at = row * pitch + chunk_at(lane % 16, first / CHUNK + i, pitch);
        vstore4(*(const __local uint4 *)(tile + at), i, f);
    }
#endif
}
#define load_left(f, tile, lane, row, k, pitch) load_fragment(f, tile, lane, row, k, pitch)
#define load_right(f, tile, lane, column, k, pitch) load_fragment(f, tile, lane, column, k, pitch)
