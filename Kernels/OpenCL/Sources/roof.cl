// roof: what a device does at best, for the roof of a roofline
// layout    x, y, z, sums: WIDE vectors, as many as items
// launch    multiply_add: any number of items, each alone; copy_wide, triad_wide: one item for each vector
// requires  -DHALF=1 only where there is cl_khr_fp16
// numerics  multiply_add tends to 1, so that no number overflows or becomes denormal
#ifdef HALF
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define SCALAR half
#else
#define SCALAR float
#endif
#ifndef WIDTH
#define WIDTH 4
#endif
#define JOIN(type, width) type##width
#define VECTOR(type, width) JOIN(type, width)
#define WIDE VECTOR(SCALAR, WIDTH)
#define SUMS 8

// Each of `rounds` rounds is SUMS * WIDTH multiply-adds that do not wait for one another.
__kernel void multiply_add(__global WIDE *sums, const uint rounds)
{
    // Lanes that differ: a compiler may compute equal ones once.
    SCALAR lanes[WIDTH];
    for (int lane = 0; lane < WIDTH; lane++) lanes[lane] = (SCALAR)(get_global_id(0) % 7 + lane);
    const WIDE factor = (WIDE)((SCALAR)0.5f), term = (WIDE)((SCALAR)0.5f);
    WIDE sum[SUMS];
#pragma unroll
    for (int i = 0; i < SUMS; i++) sum[i] = VECTOR(vload, WIDTH)(0, lanes) + (SCALAR)i;
    for (uint round = 0; round < rounds; round++) {
#pragma unroll
        for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * factor + term;
    }
    WIDE total = sum[0];
#pragma unroll
    for (int i = 1; i < SUMS; i++) total += sum[i];
    sums[get_global_id(0)] = total;
}

__kernel void copy_wide(__global const WIDE *restrict x, __global WIDE *restrict z)
{
    const size_t i = get_global_id(0);
    z[i] = x[i];
}

__kernel void triad_wide(__global const WIDE *restrict x, __global const WIDE *restrict y, __global WIDE *restrict z)
{
    const size_t i = get_global_id(0);
    z[i] = x[i] + (SCALAR)0.5f * y[i];
}
