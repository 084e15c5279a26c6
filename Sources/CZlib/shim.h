#pragma once
// The part of zlib that Archives uses: inflateInit2 is a macro and cannot be imported into Swift.

#include <stddef.h>
#include <zlib.h>

/// Decompresses raw deflate data (RFC 1951) from one buffer into another. Returns 0 when the data end where the input
/// ends and fill the output exactly, and anything else otherwise; never writes beyond the output.
static inline int czlib_inflate(
    const void *_Nonnull input, size_t input_count, void *_Nonnull output, size_t output_count) {
    // zlib counts in 32 bits, so that large buffers pass in pieces.
    const size_t piece = (size_t)1 << 30;
    z_stream stream = {0};
    stream.next_in = (Bytef *)input;
    stream.next_out = (Bytef *)output;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return -1;
    int result = Z_OK;
    while (result == Z_OK) {
        size_t in = input_count < piece ? input_count : piece;
        size_t out = output_count < piece ? output_count : piece;
        stream.avail_in = (uInt)in;
        stream.avail_out = (uInt)out;
        result = inflate(&stream, Z_NO_FLUSH);
        input_count -= in - stream.avail_in;
        output_count -= out - stream.avail_out;
    }
    inflateEnd(&stream);
    return result == Z_STREAM_END && input_count == 0 && output_count == 0 ? 0 : -1;
}
