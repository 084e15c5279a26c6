// The objects and the failures of the driver.
#ifndef FAKE_STATE_H
#define FAKE_STATE_H

#include "FakeOpenCL.h"

enum kind { CONTEXT = 1, QUEUE, PROGRAM, KERNEL, BUFFER, EVENT };

// Never freed, so that a use after the release is seen rather than undefined.
typedef struct object {
    unsigned magic;
    enum kind kind;
    int is_released;
    struct object *context; // its own for a context
    int is_lost;            // of a context
    void *bytes;            // of a buffer
    size_t size;
    int is_binary;          // of a program
} object;

// Counts a call that can fail; the status that it has to return.
cl_int enter(const char *name, object *context);
// The object behind a handle if it is one of that kind and alive; counts a misuse and returns null if not.
object *check_handle(const void *handle, enum kind kind);
// A new object; null, with a status, when the call is to fail or there is no memory.
object *create(const char *name, enum kind kind, object *context, size_t size, cl_int *status);
cl_int release(void *handle, enum kind kind);
void count_mapping(int change);
void count_source(void);
void count_binary(const void *bytes, size_t count);

#endif
