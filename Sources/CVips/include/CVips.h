#pragma once
// The part of libvips that Imaging uses, as plain C functions: libvips' own interface is variadic and cannot be
// imported into Swift. No libvips or GLib type appears here.
//
// Threads: cvips_start may be called from any thread, any number of times; the first call does the work. Every other
// function needs a successful cvips_start before it and may run on several threads at once, one handle per thread.

#include <stddef.h>
#include <stdint.h>

/// What became of an operation.
typedef enum CVipsStatus {
    CVipsStatusOK = 0,
    /// The bytes begin like none of the formats that are read.
    CVipsStatusUnsupportedFormat,
    /// The file is well formed, but its samples cannot be seen as a photograph (float grey, complex, 32-bit integers).
    CVipsStatusUnsupportedSamples,
    /// The decoder or encoder reported an error; the message holds its words.
    CVipsStatusFailed,
    /// A buffer handed in by the caller has the wrong size.
    CVipsStatusWrongBuffer,
} CVipsStatus;

/// Starts libvips once for the process: only JPEG, PNG, TIFF, WebP and HEIF/AVIF loaders stay enabled, one libvips
/// thread per operation, no operation cache, no warnings on standard error. Returns 0 on success.
int cvips_start(void);

/// libvips' version, such as "8.14.1".
const char *_Nonnull cvips_version(void);

/// An image opened for reading. Only its header has been read until cvips_image_decode_*.
typedef struct CVipsImage CVipsImage;

/// Opens the file at `path`. Always returns a handle; ask cvips_image_status whether it worked.
CVipsImage *_Nonnull cvips_image_open_file(const char *_Nonnull path);

/// Opens an image file of `byte_count` bytes in memory; they are copied.
CVipsImage *_Nonnull cvips_image_open_memory(const void *_Nonnull bytes, size_t byte_count);

/// Frees the handle.
void cvips_image_close(CVipsImage *_Nonnull image);

/// The result of the last operation on the handle.
CVipsStatus cvips_image_status(const CVipsImage *_Nonnull image);

/// libvips' words about the last failure, possibly several lines, empty when there are none. Lives as long as the handle.
const char *_Nonnull cvips_image_message(const CVipsImage *_Nonnull image);

/// Size in pixels after the EXIF orientation is applied; 0 when opening failed.
int cvips_image_upright_width(const CVipsImage *_Nonnull image);
int cvips_image_upright_height(const CVipsImage *_Nonnull image);

/// A metadata field as text, or NULL when the file does not have it. Lives until the next call on the handle.
const char *_Nullable cvips_image_text(CVipsImage *_Nonnull image, const char *_Nonnull field);

/// The focal length in a TIFF's EXIF data as its 35 mm equivalent in millimetres; 0 when there is none. (Those of other
/// formats are the text `exif-ifd2-FocalLengthIn35mmFilm`.)
double cvips_image_tiff_focal_length_35mm(CVipsImage *_Nonnull image);

/// Decodes to upright 8-bit sRGB, interleaved, rows without gaps: `byte_count` must be width * height * 3.
CVipsStatus cvips_image_decode_rgb(CVipsImage *_Nonnull image, uint8_t *_Nonnull rgb, size_t byte_count);

/// Decodes a 16-bit grey image as it is stored: `value_count` must be width * height.
CVipsStatus cvips_image_decode_grey16(CVipsImage *_Nonnull image, uint16_t *_Nonnull values, size_t value_count);

/// Decodes a grey image of any real sample type as float: `value_count` must be width * height.
CVipsStatus cvips_image_decode_grey_float(CVipsImage *_Nonnull image, float *_Nonnull values, size_t value_count);

/// An encoded file in memory, or the reason why there is none.
typedef struct CVipsEncoded CVipsEncoded;

/// Pixels to encode: `bands` interleaved samples (1 grey, 3 RGB), 8 or 16 bits each, in the machine's byte order.
typedef struct CVipsPixels {
    const void *_Nonnull samples;
    size_t byte_count;
    int width;
    int height;
    int bands;
    int bits_per_sample;
} CVipsPixels;

/// Encodes a PNG without text. `compression` is zlib's level, 0 ... 9.
CVipsEncoded *_Nonnull cvips_encode_png(const CVipsPixels *_Nonnull pixels, int compression);

/// Encodes grey floats as TIFF, losslessly compressed (deflate, floating-point predictor). The pixels must have one band
/// of 32 bits. `description` becomes the tag ImageDescription.
CVipsEncoded *_Nonnull cvips_encode_float_tiff(
    const CVipsPixels *_Nonnull pixels, const char *_Nonnull description);

CVipsStatus cvips_encoded_status(const CVipsEncoded *_Nonnull encoded);
const char *_Nonnull cvips_encoded_message(const CVipsEncoded *_Nonnull encoded);
const void *_Nullable cvips_encoded_bytes(const CVipsEncoded *_Nonnull encoded);
size_t cvips_encoded_byte_count(const CVipsEncoded *_Nonnull encoded);
void cvips_encoded_free(CVipsEncoded *_Nonnull encoded);
