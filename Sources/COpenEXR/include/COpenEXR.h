#pragma once
// The part of OpenEXR's C library (OpenEXRCore) that Imaging uses: one channel of a flat image in memory, as float32.
// Every function may run on several threads at once, one handle per thread.

#include <stddef.h>
#include <stdint.h>

/// An EXR file in memory whose header was read, or the reason why it could not be.
typedef struct CEXRImage CEXRImage;

/// Opens `byte_count` bytes, which must outlive the handle. Always returns a handle; ask cexr_message whether it worked.
CEXRImage *_Nonnull cexr_open(const void *_Nonnull bytes, size_t byte_count);

/// Frees the handle.
void cexr_close(CEXRImage *_Nonnull image);

/// What went wrong last, in OpenEXR's words or ours; empty when nothing did. Lives as long as the handle.
const char *_Nonnull cexr_message(const CEXRImage *_Nonnull image);

/// Size of the data window of the first part; 0 when opening failed.
int cexr_width(const CEXRImage *_Nonnull image);
int cexr_height(const CEXRImage *_Nonnull image);

/// The channels of the first part, in the file's order.
int cexr_channel_count(const CEXRImage *_Nonnull image);
const char *_Nonnull cexr_channel_name(const CEXRImage *_Nonnull image, int index);

/// Decodes channel `index` into rows without gaps: `value_count` must be width * height. Returns 0 on success.
int cexr_read_channel(CEXRImage *_Nonnull image, int index, float *_Nonnull values, size_t value_count);

/// An encoded file in memory, or the reason why there is none.
typedef struct CEXREncoded CEXREncoded;

/// Encodes one float32 channel, rows without gaps, losslessly compressed (ZIP, 16 rows a block). `texts` are
/// `text_count` pairs of attribute name and text.
CEXREncoded *_Nonnull cexr_encode(
    const float *_Nonnull values, int width, int height, const char *_Nonnull channel,
    const char *_Nonnull const *_Nonnull texts, int text_count);

/// What went wrong; empty when nothing did.
const char *_Nonnull cexr_encoded_message(const CEXREncoded *_Nonnull encoded);
const void *_Nullable cexr_encoded_bytes(const CEXREncoded *_Nonnull encoded);
size_t cexr_encoded_byte_count(const CEXREncoded *_Nonnull encoded);
void cexr_encoded_free(CEXREncoded *_Nonnull encoded);
