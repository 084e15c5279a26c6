// Starting libvips: what may be read, and how much it may keep.

#include <pthread.h>

#include "Internal.h"

// The loaders that libvips' authors fuzz and that photographs come in. Everything else stays blocked, whether
// libvips knows it today or in a later version.
static const char *const allowed_loaders[] = {
    "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadTiff", "VipsForeignLoadWebp", "VipsForeignLoadHeif",
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int start_result = -1;

static void ignore_log(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    (void)domain, (void)level, (void)message, (void)data;
}

static void start(void) {
    start_result = vips_init("fathom");
    if (start_result != 0) return;

    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(allowed_loaders); i++) vips_operation_block_set(allowed_loaders[i], FALSE);

    // Images are decoded side by side by the caller's threads, and none is seen twice.
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);

    // Remarks about odd metadata are not worth a line on the user's terminal; errors come back through the handle.
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO, ignore_log, NULL);
}

int cvips_start(void) {
    pthread_once(&once, start);
    return start_result;
}

const char *cvips_version(void) {
    return vips_version_string();
}

char *cvips_take_error(void) {
    return vips_error_buffer_copy();
}
