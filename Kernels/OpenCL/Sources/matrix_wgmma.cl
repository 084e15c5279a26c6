// matrix_wgmma: NVIDIA's tensor cores of compute capability 9.0 by PTX: wgmma m64nNk16, which four warps drive together.
// The unit reads factors from local memory by itself, where a descriptor says that they are, and works while the warps do
// something else.
// requires  compute capability 9.0 and no other, matrix_nvidia.cl; EMULATED: any device
//           Compilers make PTX for sm_90 and refuse instructions that sm_90a alone has. So these stand in the program as
//           comments, SM_90A and the instruction; the back end takes the comment away in the compiled text, and rewrites
//           the target (RetargetedPTX.swift). As it is compiled from here the program computes nothing.
// layout    PTX ISA, "Asynchronous warpgroup level matrix instructions". Warp w has of the sums, and of a left factor in
//           registers, rows 16 w ... 16 w + 15 as matrix_nvidia.cl says, and of the sums of every eight columns two pairs.
//           A tile of pitch 16, 32 or 64 halves, swizzled as chunk_at does, is what descriptors call swizzled by 32, 64 or
//           128 bytes; the swizzle is one of addresses, so that tiles begin at multiples of 1024 bytes.
// numerics  products are exact; how the unit adds 16 of them to a float sum is not documented
#define LANES (4 * WARP_LANES)
#define UNIT_ROWS 64
#ifdef HEAD_WIDTH
#define UNIT_COLUMNS HEAD_WIDTH
#else
#define UNIT_COLUMNS SUB_COLUMNS // one multiplication goes all across: each reads its left factor anew
#endif
#if RECTIFIES || defined(HEAD_WIDTH)
#define LEFT_IN_REGISTERS 1 // where it is changed on its way, or is not in local memory at all
#define LEFT_WORDS 4
#else
#define LEFT_IN_REGISTERS 0
#define LEFT_WORDS 2
#endif
#define RIGHT_WORDS 2
#define RIGHT_AT_ONCE 1
#define SUM_COUNT (UNIT_COLUMNS / 2)
#define SUM_ROW(e) (lane / WARP_LANES * 16 + lane % WARP_LANES / 4 + (e) / 2 % 2 * 8)
#define SUM_COLUMN(e) ((e) / 4 * 8 + lane % 4 * 2 + (e) % 2)
#define ROW_SLOTS 2
#define ROW_SLOT(e) ((e) / 2 % 2)

// A descriptor: in the low word the address and the distance of chunks of a row, which swizzled tiles do not need, in the
// high word the distance of eight rows and the kind of swizzle, both distances in sixteens of bytes.
#define SWIZZLE(pitch) ((pitch) == 64 ? 1u : (pitch) == 32 ? 2u : 3u)
#define EIGHT_ROWS(pitch) (pitch)
#if DEFECT == 2
#undef SWAP_WORDS
#define SWAP_WORDS(f)
#undef SWIZZLE
#define SWIZZLE(pitch) ((pitch) == 32 ? 1u : 2u)
#elif DEFECT == 4
#undef EIGHT_ROWS
#define EIGHT_ROWS(pitch) ((pitch) / 2)
#endif
#define DESCRIBE(f, tile, row, k, pitch) \
    { \
        (f)[0] = ((SHARED(tile) + ((row) * (pitch) + (k)) * 2) & 0x3ffff) >> 4 | 1 << 16; \
        (f)[1] = EIGHT_ROWS(pitch) | SWIZZLE(pitch) << 30; \
    }
#if LEFT_IN_REGISTERS
#define load_left(f, tile, lane, row, k, pitch) \
    load_sixteen_rows(f, tile, (lane) % WARP_LANES, (row) + (lane) / WARP_LANES * 16, k, pitch)
#else
#define load_left(f, tile, lane, row, k, pitch) DESCRIBE(f, tile, row, k, pitch)
#endif
#define load_right(f, tile, lane, column, k, pitch) DESCRIBE(f, tile, column, k, pitch)
#define load_right_transposed(f, tile, lane, column, k, pitch) DESCRIBE(f, tile, k, column, pitch)

#if EMULATED
#define AWAIT_COPIES(pending)
#define BEGIN_SUMS(k)
#define END_SUMS()
#define AWAIT_SUMS(s)
#define LEFT_LANE(row, k) ((row) / 16 * WARP_LANES + (row) % 8 * 4 + (k) % 8 / 2)
#define LEFT_HALF(row, k) ((row) / 8 % 2 * 2 + (k) / 8 * 4 + (k) % 2)
// Factors in local memory are where the words that the first lane shows say.
#if !LEFT_IN_REGISTERS
#define LEFT_ELEMENT(row, k) described_half(memory, MEMORY, first, row, k, false)
#endif
#define RIGHT_ELEMENT(k, column) described_half(memory, MEMORY, first + LEFT_WORDS, column, k, false)
#define RIGHT_ELEMENT_TRANSPOSED(k, column) described_half(memory, MEMORY, first + LEFT_WORDS, column, k, true)

// A half as the unit finds it: rows, or of a transposed factor depths, of as many bytes as the swizzle is wide lie in
// eights; then the bits of the address above 128 bytes change those above 16.
inline float described_half(
    const __local ushort *memory, const uint count, const __local uint *descriptor, const uint row, const uint k,
    const bool transposed)
{
    const uint outer = transposed ? k : row, inner = transposed ? row : k;
    const uint width = 256 >> (descriptor[1] >> 30);
    uint at = (descriptor[0] & 0x3fff) * 16 + outer / 8 * ((descriptor[1] & 0x3fff) * 16) + outer % 8 * width + inner * 2;
    at ^= (at >> 7 & (width / 16 - 1)) << 4;
    return float_of(memory[at / 2 % count]);
}
#else
#define SM_90A "//@sm_90a "
#define AWAIT_COPIES(pending) \
    AWAIT_GROUPS(pending); \
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory") // the unit does not see otherwise what copies brought

#define NAMES_8 "%0, %1, %2, %3, %4, %5, %6, %7"
#define NAMES_16 NAMES_8 ", %8, %9, %10, %11, %12, %13, %14, %15"
#define NAMES_32 NAMES_16 ", %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define NAMES_64 \
    NAMES_32 ", %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, " \
    "%52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define SUMS_4(s, i) "+f"((s)[i]), "+f"((s)[i + 1]), "+f"((s)[i + 2]), "+f"((s)[i + 3])
#define SUMS_8(s, i) SUMS_4(s, i), SUMS_4(s, i + 4)
#define SUMS_16(s, i) SUMS_8(s, i), SUMS_8(s, i + 8)
#define SUMS_32(s, i) SUMS_16(s, i), SUMS_16(s, i + 16)
#define SUMS_64(s, i) SUMS_32(s, i), SUMS_32(s, i + 32)
#if UNIT_COLUMNS == 16
#define SHAPE "m64n16k16"
#define SUM_NAMES NAMES_8
#define SUM_OPERANDS(s) SUMS_8(s, 0)
#define DESCRIBED_LEFT "%8, %9"
#define REGISTER_LEFT "{%8, %9, %10, %11}, %12"
#elif UNIT_COLUMNS == 32
#define SHAPE "m64n32k16"
#define SUM_NAMES NAMES_16
#define SUM_OPERANDS(s) SUMS_16(s, 0)
#define DESCRIBED_LEFT "%16, %17"
#define REGISTER_LEFT "{%16, %17, %18, %19}, %20"
#elif UNIT_COLUMNS == 64
#define SHAPE "m64n64k16"
#define SUM_NAMES NAMES_32
#define SUM_OPERANDS(s) SUMS_32(s, 0)
#define DESCRIBED_LEFT "%32, %33"
#define REGISTER_LEFT "{%32, %33, %34, %35}, %36"
#else
#define SHAPE "m64n128k16"
#define SUM_NAMES NAMES_64
#define SUM_OPERANDS(s) SUMS_64(s, 0)
#define DESCRIBED_LEFT "%64, %65"
#define REGISTER_LEFT "{%64, %65, %66, %67}, %68"
#endif

// What warps wrote to registers is written before the unit reads them, and what they read was read.
#define BEGIN_SUMS(k) \
    if (LEFT_IN_REGISTERS || (k) == 0) asm volatile(SM_90A "wgmma.fence.sync.aligned;" ::: "memory")
#define END_SUMS() asm volatile(SM_90A "wgmma.commit_group.sync.aligned;" ::: "memory")
// The sums are operands, so that nothing is computed of them before.
#define AWAIT_SUMS(s) asm volatile(SM_90A "wgmma.wait_group.sync.aligned 0;" : SUM_OPERANDS(s)::"memory")

#define WORDS(f) ((ulong)(f)[0] | (ulong)(f)[1] << 32)
#if LEFT_IN_REGISTERS
#define MULTIPLY_AS(s, l, r, TRANSPOSED) \
    asm volatile(SM_90A "wgmma.mma_async.sync.aligned." SHAPE FACTORS " {" SUM_NAMES "}, " REGISTER_LEFT \
                 ", 1, 1, 1, " TRANSPOSED ";" \
                 : SUM_OPERANDS(s) \
                 : "r"((l)[0]), "r"((l)[1]), "r"((l)[2]), "r"((l)[3]), "l"(WORDS(r)) : "memory")
#else
#define MULTIPLY_AS(s, l, r, TRANSPOSED) \
    asm volatile(SM_90A "wgmma.mma_async.sync.aligned." SHAPE FACTORS " {" SUM_NAMES "}, " DESCRIBED_LEFT \
                 ", 1, 1, 1, 0, " TRANSPOSED ";" \
                 : SUM_OPERANDS(s) : "l"(WORDS(l)), "l"(WORDS(r)) : "memory")
#endif
#define UNIT_MULTIPLY(s, l, r) MULTIPLY_AS(s, l, r, "0")
#define UNIT_MULTIPLY_TRANSPOSED(s, l, r) MULTIPLY_AS(s, l, r, "1")
#endif
