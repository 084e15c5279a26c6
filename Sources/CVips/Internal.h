#pragma once
// Shared by the C files of this target only.

#include <vips/vips.h>

#include "CVips.h"

struct CVipsImage {
    VipsSource *source;
    VipsImage *header;  // lazy: pixels are decoded when they are asked for
    CVipsStatus status;
    char *message;
    char *text;
};

/// Waits for the operations of other threads and forgets what earlier ones said: libvips keeps one error buffer for the
/// process, so that reading takes turns, or an image would be blamed for another's faults.
void cvips_begin_operation(void);

/// Lets the next operation begin.
void cvips_end_operation(void);

/// Takes libvips' error text and clears it; without one, the last warning of this thread's operation.
char *cvips_take_error(void);

/// After a decoding that succeeded: in what libvips passes over pixels are missing or wrong, in a new string; NULL when all
/// is well. Only libjpeg goes on after damage.
char *cvips_find_damage(VipsSource *source, VipsImage *header);

/// What is damaged in a JPEG, by all of libjpeg's warnings; NULL when nothing is.
char *cvips_jpeg_damage(VipsSource *source);

/// Converts any photograph to 8-bit sRGB with three bands, lazily. Returns a new reference, or NULL.
VipsImage *cvips_convert_to_srgb(VipsImage *image, CVipsStatus *status);
