// prepare_image: an 8-bit photograph of any size to a square map in [-1, 1]: x / 127.5 - 1, bilinear with half-pixel
// centres and no antialiasing.
// layout    photograph [height, width, 3] bytes; y [side, side, 3] in the arena
// launch    global = (side * side rounded up to a multiple of GROUP), local = (GROUP)
// requires  height, width and side below 2^31
// numerics  output sample i lies at input coordinate max(0, (2 i + 1) n - m) / (2 m) for n input and m output samples:
//           an exact fraction of whole numbers, so that no device needs doubles. The last sample is repeated.
#ifndef GROUP
#define GROUP 64
#endif

typedef struct {
    uint low, high;
    float fraction;
} sample;

inline sample sample_at(const uint index, const uint input_count, const uint output_count)
{
    const long numerator = (long)(2 * (ulong)index + 1) * input_count - output_count;
    const ulong position = numerator < 0 ? 0 : (ulong)numerator, unit = 2 * (ulong)output_count;
    const uint low = (uint)(position / unit);
    const sample s = {low, min(low + 1, input_count - 1), (float)(position % unit) / (float)unit};
    return s;
}

inline float between(const float a, const float b, const float fraction) { return (1.0f - fraction) * a + fraction * b; }

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void prepare_image(
    const __global uchar *restrict photograph, __global REAL *restrict arena, const ulong y, const uint height,
    const uint width, const uint side)
{
    const uint pixel = get_global_id(0);
    if (pixel >= side * side) return;
    const sample row = sample_at(pixel / side, height, side), column = sample_at(pixel % side, width, side);
    const __global uchar *above = photograph + (ulong)row.low * width * 3;
    const __global uchar *below = photograph + (ulong)row.high * width * 3;
    for (uint c = 0; c < 3; c++) {
        const ulong left = (ulong)column.low * 3 + c, right = (ulong)column.high * 3 + c;
        const float top = between((float)above[left], (float)above[right], column.fraction);
        const float bottom = between((float)below[left], (float)below[right], column.fraction);
        STORE(arena, y + (ulong)pixel * 3 + c, (between(top, bottom, row.fraction) - 127.5f) / 127.5f);
    }
}
