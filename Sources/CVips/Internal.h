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

/// Forgets what earlier operations on this thread warned of.
void cvips_begin_operation(void);

/// Takes libvips' error text and clears it; without one, the last warning of this thread's operation. libvips keeps one
/// error buffer for the process: when two images fail at the same moment the text may hold lines of both.
char *cvips_take_error(void);

/// Converts any photograph to 8-bit sRGB with three bands, lazily. Returns a new reference, or NULL.
VipsImage *cvips_convert_to_srgb(VipsImage *image, CVipsStatus *status);
