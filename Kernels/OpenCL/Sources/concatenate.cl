// concatenate: copies one tensor's channels into their place among another's; one launch for each input.
// layout    x [rows, channels], y [rows, all_channels]; channel c goes to first + c
// launch    global = (rows * channels rounded up to a multiple of GROUP), local = (GROUP)
// numerics  copies
#ifndef GROUP
#define GROUP 64
#endif

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void concatenate(
    __global REAL *arena, const ulong x, const ulong y, const uint rows, const uint channels, const uint all_channels,
    const uint first)
{
    const ulong element = get_global_id(0);
    if (element >= (ulong)rows * channels) return;
    arena[y + element / channels * all_channels + first + element % channels] = arena[x + element];
}
