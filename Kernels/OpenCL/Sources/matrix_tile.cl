// matrix_tile: tiles of halves, which are bfloat16 elements where plans store those, in local memory, as the kernels for
// matrix units share them. Such a program is this file, the file of a unit (matrix_mma.cl and matrix_wgmma.cl behind
// matrix_nvidia.cl, matrix_amd.cl, matrix_intel.cl, matrix_plain.cl), matrix_emulation.cl if the unit is emulated, and a
// kernel (product_matrix.cl behind its operation, attention_matrix.cl). A unit defines
//     LANES                       items that drive it together: consecutive ones of a work-group, a sub-group
//     UNIT_ROWS, UNIT_COLUMNS     extents of the sums of one multiplication, whose depth is UNIT_DEPTH
//     LEFT_WORDS, RIGHT_WORDS     what a lane holds of each factor, in pairs of halves, or where it is, for units that read
//                                 local memory; SUM_COUNT: of the sums
//     SUM_ROW(e), SUM_COLUMN(e)   where sum e of this `lane` lies
//     ROW_SLOTS, ROW_SLOT(e)      how many rows a lane has sums of, and which of them sum e belongs to
//     ROW_LANES                   lanes with sums of the same row: those whose numbers differ in bits below ROW_LANES
//     load_left, load_right       fragments from tiles; of the right factor RIGHT_AT_ONCE side by side
//     UNIT_MULTIPLY(s, l, r)      sums += left right, all lanes together; UNIT_MULTIPLY_TRANSPOSED if the unit tells
//                                 fragments of load_right_transposed from others
//     BEGIN_SUMS(k), END_SUMS()   with MULTIPLIES_ALONE: what comes before multiplications at depth k of a tile, and behind
//     AWAIT_SUMS(s)               the last; what comes before sums are read
//     ROW_EXCHANGE(v, mask)       v of the lane whose number differs by the bit `mask`
//     ANY_LANE(condition)         whether it is true of a lane; that of lanes without a row in common may be left out
//     POWER_OF_TWO(x)             2^x, relative error below 1e-6
//     pair, rectified_pair        two floats as a word of two halves; max(x, 0) of both halves, NaN stays NaN
//     ASYNC                       whether chunks go to local memory by themselves (1) or through registers (0)
//     KEEPS_SHARES                whether a lane's sums are its part of the next left factor: left_of_sums(f, sums, first) makes
//                                 it of the sums of units side by side, from the lane's element `first` on
//     UNIT_MEMORY                 local memory that it needs; UNIT_ATTRIBUTE: what a kernel is declared with
// layout    a tile is [rows, pitch] halves, its pitch 16, 32 or 64. Chunks of eight halves are swizzled within their row, so
//           that eight rows' chunks of equal number lie in different banks.
#ifndef EMULATED
#define EMULATED 0 // whether matrix_emulation.cl stands in for the unit
#endif
#ifndef PLAIN
#define PLAIN EMULATED // whether items compute by ordinary arithmetic
#endif
#ifndef MULTIPLIES_ALONE
#define MULTIPLIES_ALONE 0 // whether the unit multiplies while its lanes go on
#endif
#define UNIT_DEPTH 16
#if STORAGE == 1
#define MINUS_INFINITY 0xfc00
#define PAIR_OF_ONES 0x3c003c00
#else
#define MINUS_INFINITY 0xff80
#define PAIR_OF_ONES 0x3f803f80
#endif
#define CHUNK 8

// A unit's fragments are registers, so that loops over them must be gone. Ordinary compilers only take longer for that.
#if PLAIN
#define UNROLL _Pragma("unroll 1")
#else
#define UNROLL _Pragma("unroll")
#endif

#if DEFECT == 1
#define MAIN_BARRIER()
#else
#define MAIN_BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#endif
#if DEFECT == 2
#define SWAP_WORDS(f) \
    { \
        const uint word = (f)[0]; \
        (f)[0] = (f)[1]; \
        (f)[1] = word; \
    }
#else
#define SWAP_WORDS(f)
#endif

// The element at which a chunk of a tile begins. Rows that differ by a multiple of eight are swizzled alike.
inline uint chunk_at(const uint row, const uint chunk, const uint pitch)
{
    const uint chunks = pitch / CHUNK;
    return row * pitch + (chunk ^ (row * chunks / 8 & (chunks - 1))) * CHUNK;
}

inline uint element_at(const uint row, const uint k, const uint pitch)
{
    return chunk_at(row, k / CHUNK, pitch) + k % CHUNK;
}

// Element n of the sums of units side by side. (No pointer runs from one of them into the next: compilers may take each array
// for itself, and Mesa's does.)
#define SUM_OF_UNITS(sums, n) (sums)[(n) / SUM_COUNT][(n) % SUM_COUNT]

inline uint pair_of(const float low, const float high) { return bits_of(low) | (uint)bits_of(high) << 16; }
inline float low_float(const uint word) { return float_of((ushort)(word & 0xffff)); }
inline float high_float(const uint word) { return float_of((ushort)(word >> 16)); }

inline uint rectified_pair_of(const uint word)
{
    const uint low = word & 0xffff, high = word >> 16;
    return (low > 0x8000 && low <= MINUS_INFINITY ? 0 : low) | (high > 0x8000 && high <= MINUS_INFINITY ? 0 : high) << 16;
}

#if !MULTIPLIES_ALONE
#define BEGIN_SUMS(k)
#define END_SUMS()
#define AWAIT_SUMS(s)
#define UNIT_MULTIPLY_TRANSPOSED(s, l, r) UNIT_MULTIPLY(s, l, r)
#endif

// Brings a chunk from global to local memory, zeros if it does not exist: FETCH_CHUNK starts it, KEEP_CHUNK comes after
// the work that hides it, COMMIT_COPIES closes a group of them, AWAIT_COPIES waits for all groups but the latest ones.
#define FETCH_THROUGH_REGISTERS(kept, from, exists) \
    kept = (exists) ? *(const __global uint4 *)(from) : (uint4)(0);
#define KEEP_FROM_REGISTERS(kept, to) *(__local uint4 *)(to) = kept;
