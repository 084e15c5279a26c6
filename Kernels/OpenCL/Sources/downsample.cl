// downsample: bilinear reduction by an even factor: the mean of the centre 2 x 2 of each factor x factor block.
// layout    x [images, rows * factor, columns * factor, channels], y [images, rows, columns, channels]
// launch    global = (elements of y rounded up to a multiple of GROUP), local = (GROUP)
// requires  an even factor
// numerics  float; pairs of a row first, then the rows
#ifndef GROUP
#define GROUP 64
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void downsample(
    __global REAL *arena, const ulong x, const ulong y, const uint lines, const uint columns, const uint channels,
    const uint factor)
{
    const ulong element = get_global_id(0);
    const ulong line_elements = (ulong)columns * channels;
    if (element >= lines * line_elements) return;
    const ulong line = element / line_elements; // image * rows + row
    const uint column = (uint)(element % line_elements) / channels, c = (uint)(element % channels);
    const ulong pitch = line_elements * factor;
    const ulong above = x + (line * factor + factor / 2 - 1) * pitch + ((ulong)column * factor + factor / 2 - 1) * channels + c;
    const ulong below = above + pitch;
    const float top = 0.5f * LOAD(arena, above) + 0.5f * LOAD(arena, above + channels);
    const float bottom = 0.5f * LOAD(arena, below) + 0.5f * LOAD(arena, below + channels);
    STORE(arena, y + element, 0.5f * top + 0.5f * bottom);
}
