#pragma once
// Empty on purpose: the module exists for the flags that pkg-config gives for libjpeg.
