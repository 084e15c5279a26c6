// pack_weights: a product's weights as its kernels read them.
// layout    floats [phases, columns, taps, channels]; weights [phases, panels, taps, slabs, PANEL, SLAB] from the element
//           `start` on, filled with zeros beyond the last column and channel
// launch    global = (packed elements rounded up to a multiple of GROUP), local = (GROUP)
// numerics  exact, or rounded to the nearest element, ties to even
#ifndef GROUP
#define GROUP 64
#endif
#ifndef PANEL
#define PANEL 64
#endif
#ifndef SLAB
#define SLAB 1 // channels side by side for each column: 32 for matrix units
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void pack_weights(
    const __global float *restrict floats, __global REAL *restrict weights, const ulong start, const uint phases,
    const uint columns, const uint taps, const uint channels)
{
    const ulong i = get_global_id(0);
    const uint panels = (columns + PANEL - 1) / PANEL, slabs = (channels + SLAB - 1) / SLAB;
    if (i >= (ulong)phases * panels * taps * slabs * PANEL * SLAB) return;
    const uint slab = (uint)(i / (PANEL * SLAB)), tap = slab / slabs % taps, block = slab / slabs / taps;
    const uint channel = slab % slabs * SLAB + (uint)(i % SLAB);
    const uint column = block % panels * PANEL + (uint)(i / SLAB % PANEL), phase = block / panels;
    const bool exists = column < columns && channel < channels;
    const ulong row = ((ulong)phase * columns + column) * taps + tap;
    STORE(weights, start + i, exists ? floats[row * channels + channel] : 0.0f);
}
