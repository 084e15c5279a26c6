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

/// After an operation that succeeded: takes libjpeg's warning that pixels are missing and were made up, which libvips
/// passes over; NULL when there is none. Bytes between segments, which cameras write, are no damage.
char *cvips_take_damage(void);

/// Converts any photograph to 8-bit sRGB with three bands, lazily. Returns a new reference, or NULL.
VipsImage *cvips_convert_to_srgb(VipsImage *image, CVipsStatus *status);
