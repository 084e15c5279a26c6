// layer_norm: y = (x - mean) / sqrt(variance + epsilon) * weight + bias for every row.
// layout    x, y [rows, width] in the arena; weight, bias [width] floats
// launch    the form for processors: global = (rows), local = (1)
// requires  WIDTH = 16
// numerics  float; the variance is that of the centred values, divided by the width. Sums run in sixteen lanes, then
//           over the lanes by halves.
inline float lane_sum(const float16 v)
{
    const float8 a = v.lo + v.hi;
    const float4 b = a.lo + a.hi;
    const float2 c = b.lo + b.hi;
    return c.x + c.y;
}

// Up to 16 elements, zeros beyond.
inline float16 load_part(const __global REAL *p, const ulong i, const uint count)
{
    float lanes[16];
    for (uint c = 0; c < 16; c++) lanes[c] = c < count ? LOAD(p, i + c) : 0.0f;
    return vload16(0, lanes);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void layer_norm(LAYER_NORM_ARGUMENTS)
{
    FIND_ROW
    const uint whole = width / 16 * 16, rest = width - whole;
    float16 sums = rest == 0 ? (float16)(0.0f) : load_part(arena, from + whole, rest);
    for (uint c = 0; c < whole; c += 16) sums += LOADV(arena, from + c);
    const float mean = lane_sum(sums) / (float)width;

    float lanes[16];
    for (uint c = 0; c < 16; c++) {
        const float centred = c < rest ? LOAD(arena, from + whole + c) - mean : 0.0f;
        lanes[c] = centred * centred;
    }
    float16 squares = vload16(0, lanes);
    for (uint c = 0; c < whole; c += 16) {
        const float16 centred = LOADV(arena, from + c) - mean;
        squares = MULTIPLY_ADD(centred, centred, squares);
    }
    const float factor = 1.0f / sqrt(lane_sum(squares) / (float)width + epsilon);
    for (uint c = 0; c < whole; c += 16) {
        const float16 v = (LOADV(arena, from + c) - mean) * factor;
        STOREV(arena, to + c, v * vload16(0, vectors + weight + c) + vload16(0, vectors + bias + c));
    }
    for (uint c = whole; c < width; c++) {
        const float v = (LOAD(arena, from + c) - mean) * factor;
        STORE(arena, to + c, v * vectors[weight + c] + vectors[bias + c]);
    }
}
