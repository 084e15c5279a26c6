// matrix_mma: NVIDIA's tensor cores by PTX: mma.sync m16n8k16, which a warp drives with both factors in registers.
// requires  compute capability 8.0, matrix_nvidia.cl; EMULATED: any device
// layout    PTX ISA, "Matrix fragments for mma.m16n8k16": the left factor as matrix_nvidia.cl says; lane 4 g + t has of the
//           right factor column g, rows 2 t, 2 t + 1, 2 t + 8, 2 t + 9; of the sums rows g and g + 8, columns 2 t, 2 t + 1
// numerics  products are exact; how the unit adds 16 of them to a float sum is not documented
#define LANES WARP_LANES
#define UNIT_ROWS 16
#define UNIT_COLUMNS 8
#define LEFT_WORDS 4
#define RIGHT_WORDS 2
#define RIGHT_AT_ONCE 2
#define SUM_COUNT 4
#define SUM_ROW(e) (lane / 4 + (e) / 2 * 8)
#define SUM_COLUMN(e) (lane % 4 * 2 + (e) % 2)
#define ROW_SLOTS 2
#define ROW_SLOT(e) ((e) / 2)
#define AWAIT_COPIES(pending) AWAIT_GROUPS(pending)

#if EMULATED
#define LEFT_LANE(row, k) ((row) % 8 * 4 + (k) % 8 / 2)
#define LEFT_HALF(row, k) ((row) / 8 * 2 + (k) / 8 * 4 + (k) % 2)
#define RIGHT_LANE(k, column) ((column) * 4 + (k) % 8 / 2)
#define RIGHT_HALF(k, column) ((k) / 8 * 2 + (k) % 2)
#else
// Sums are tied operands: separate ones NVIDIA's front end may read before an earlier multiplication writes them.
#define UNIT_MULTIPLY(s, l, r) \
    asm volatile("mma.sync.aligned.m16n8k16.row.col" FACTORS ".f32 " \
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};" \
                 : "+f"((s)[0]), "+f"((s)[1]), "+f"((s)[2]), "+f"((s)[3]) \
                 : "r"((l)[0]), "r"((l)[1]), "r"((l)[2]), "r"((l)[3]), "r"((r)[0]), "r"((r)[1]))
#endif

#define load_left(f, tile, lane, row, k, pitch) load_sixteen_rows(f, tile, lane, row, k, pitch)

// Two fragments of columns, which are the rows of a tile, from `column` on, a multiple of 16.
inline void load_right(
    __private uint *f, const __local ushort *tile, const uint lane, const uint column, const uint k, const uint pitch)
{
#define ADDRESS(l) (column * pitch + chunk_at(l % 8 + l / 16 * 8, k / CHUNK + l / 8 % 2, pitch))
    LOAD_BLOCKS(f, tile, ADDRESS);
#undef ADDRESS
}

// The same of a tile whose rows are the depth.
inline void load_right_transposed(
    __private uint *f, const __local ushort *tile, const uint lane, const uint column, const uint k, const uint pitch)
{
#define ADDRESS(l) (k * pitch + chunk_at(l % 16, column / CHUNK + l / 16, pitch))
    LOAD_BLOCKS_TRANSPOSED(f, tile, ADDRESS);
#undef ADDRESS
}
