// pack_weights: a product's weights as its kernels read them.
// layout    floats [phases, columns, taps * channels]; weights [phases, panels, taps * channels, PANEL] from the element
//           `start` on, the columns beyond the last filled with zeros
// launch    global = (packed elements rounded up to a multiple of GROUP), local = (GROUP)
// numerics  exact, or rounded to the nearest half
#ifndef GROUP
#define GROUP 64
#endif
#ifndef PANEL
#define PANEL 64
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void pack_weights(
    const __global float *restrict floats, __global REAL *restrict weights, const ulong start, const uint phases,
    const uint columns, const uint depth)
{
    const ulong i = get_global_id(0);
    const uint panels = (columns + PANEL - 1) / PANEL;
    if (i >= (ulong)phases * panels * depth * PANEL) return;
    const uint k = (uint)(i / PANEL % depth), block = (uint)(i / PANEL / depth);
    const uint column = block % panels * PANEL + (uint)(i % PANEL), phase = block / panels;
    STORE(weights, start + i, column < columns ? floats[((ulong)phase * columns + column) * depth + k] : 0.0f);
}
