// Asks libjpeg what libvips does not pass on. libjpeg warns of damage and goes on; each decoder gives words to its first
// warning only, so that an oddity in front, such as a camera's stray bytes between segments, hides that half the image is
// missing; and libvips stops reading before libjpeg looks at what is behind the last row.

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "Internal.h"

struct watch {
    struct jpeg_error_mgr manager;
    jmp_buf end;
    char damage[JMSG_LENGTH_MAX];
};

/// Whether libjpeg's words tell of damage. Bytes between segments, which cameras write, are none.
static gboolean is_damage(const char *message) {
    if (strstr(message, "Premature end of JPEG file") != NULL) return TRUE;
    const char *corrupt = strstr(message, "Corrupt JPEG data");
    return corrupt != NULL && strstr(corrupt, "extraneous bytes before marker") == NULL;
}

/// How many bytes of a scan the decoder did not need although they are no padding: what is in front of them was misread.
/// Some cameras write a few bytes too many.
static int left_over(j_decompress_ptr decoder) {
    enum { few = 16 };
    int count = decoder->err->msg_parm.i[0];
    gboolean is_behind_scan = decoder->err->msg_code == JWRN_EXTRANEOUS_DATA && decoder->input_scan_number > 0;
    if (!is_behind_scan || count <= few) return 0;
    // The source is one piece of memory, and the bytes are the last that were read: had it ended before, that would be the
    // damage already.
    const JOCTET *bytes = decoder->src->next_input_byte - count;
    for (int i = 1; i < count; i++) {
        if (bytes[i] != bytes[0]) return count;
    }
    return 0;
}

static void keep_damage(j_common_ptr decoder, int level) {
    struct watch *watch = (struct watch *)decoder->err;
    char message[JMSG_LENGTH_MAX];
    if (level >= 0 || watch->damage[0] != '\0') return;
    watch->manager.format_message(decoder, message);
    int count = left_over((j_decompress_ptr)decoder);
    if (count > 0) {
        snprintf(watch->damage, sizeof watch->damage, "Corrupt JPEG data: %d bytes of a scan are left over", count);
    } else if (is_damage(message)) {
        g_strlcpy(watch->damage, message, sizeof watch->damage);
    }
}

static void end(j_common_ptr decoder) {
    struct watch *watch = (struct watch *)decoder->err;
    if (watch->damage[0] == '\0') watch->manager.format_message(decoder, watch->damage);
    longjmp(watch->end, 1);
}

/// Decodes a JPEG once more at an eighth of its size, which reads all of its data.
static void decode(struct watch *watch, const unsigned char *bytes, size_t byte_count) {
    struct jpeg_decompress_struct decoder;
    memset(&decoder, 0, sizeof decoder);
    decoder.err = jpeg_std_error(&watch->manager);
    watch->manager.emit_message = keep_damage;
    watch->manager.error_exit = end;
    if (setjmp(watch->end) == 0) {
        jpeg_create_decompress(&decoder);
        jpeg_mem_src(&decoder, bytes, byte_count);
        jpeg_read_header(&decoder, TRUE);
        decoder.scale_num = 1;
        decoder.scale_denom = 8;
        jpeg_start_decompress(&decoder);
        JSAMPARRAY row = decoder.mem->alloc_sarray(
            (j_common_ptr)&decoder, JPOOL_IMAGE, decoder.output_width * (JDIMENSION)decoder.output_components, 1);
        while (decoder.output_scanline < decoder.output_height) jpeg_read_scanlines(&decoder, row, 1);
        jpeg_finish_decompress(&decoder);
    }
    jpeg_destroy_decompress(&decoder);
}

char *cvips_jpeg_damage(VipsSource *source) {
    size_t byte_count = 0;
    const void *bytes = vips_source_map(source, &byte_count);
    if (bytes == NULL) return vips_error_buffer_copy();
    struct watch watch = {.damage = ""};
    decode(&watch, bytes, byte_count);
    return watch.damage[0] == '\0' ? NULL : g_strdup(watch.damage);
}
