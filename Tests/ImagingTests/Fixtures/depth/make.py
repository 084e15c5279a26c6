#!/usr/bin/env python3
"""Makes the depth files of this folder with NumPy, OpenEXR and tifffile: 5 columns, 3 rows, value = row + column / 8 + 1.

    python make.py    # needs numpy, OpenEXR 3 and tifffile; the files are checked in, so that tests need none of them
"""

from pathlib import Path

import numpy as np
import OpenEXR
import tifffile

HERE = Path(__file__).parent
DEPTH = (np.arange(3)[:, None] + np.arange(5) / 8 + 1).astype(np.float32)


def exr(name, channels, **header):
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage} | header
    OpenEXR.File(header, channels).write(str(HERE / name))


def main():
    for code in ("f2", "f4", "f8", "i2", "u2", "i4", "u1", "i8"):
        np.save(HERE / f"{code}.npy", (DEPTH * 8).astype("<" + code))
    np.save(HERE / "big-endian.npy", (DEPTH * 8).astype(">f4"))
    np.save(HERE / "fortran.npy", np.asfortranarray(DEPTH * 8))
    np.save(HERE / "batch.npy", (DEPTH * 8)[None])
    with open(HERE / "version2.npy", "wb") as file:
        np.lib.format.write_array(file, DEPTH * 8, version=(2, 0))
    np.save(HERE / "objects.npy", np.array([[{}]]), allow_pickle=True)
    np.savez(HERE / "stored.npz", depth=DEPTH, focallength_px=np.float64(450))
    np.savez_compressed(HERE / "compressed.npz", depth=DEPTH.astype(np.float16), other=DEPTH * 2)
    np.savez_compressed(HERE / "unnamed.npz", DEPTH)
    np.savez(HERE / "ambiguous.npz", a=DEPTH, b=DEPTH)
    for name, scale, type in (("little.pfm", -1, "<f4"), ("big.pfm", 1, ">f4")):
        (HERE / name).write_bytes(f"Pf\n5 3\n{scale}\n".encode() + DEPTH[::-1].astype(type).tobytes())
    header = np.float32(202021.25).tobytes() + np.int32([5, 3]).tobytes()
    (HERE / "sintel.dpt").write_bytes(header + DEPTH.tobytes())
    exr("float.exr", {"Z": DEPTH})
    exr("half.exr", {"Y": DEPTH.astype(np.float16)}, compression=OpenEXR.PIZ_COMPRESSION)
    exr("plain.exr", {"V": DEPTH}, compression=OpenEXR.NO_COMPRESSION)
    exr("colours.exr", {"R": DEPTH, "G": DEPTH * 2, "B": DEPTH * 3}, compression=OpenEXR.RLE_COMPRESSION)
    exr("no-depth.exr", {"G": DEPTH, "B": DEPTH})
    tiles = OpenEXR.TileDescription()
    tiles.xSize = tiles.ySize = 2
    exr("tiled.exr", {"Z": DEPTH}, type=OpenEXR.tiledimage, tiles=tiles)
    tifffile.imwrite(HERE / "float.tif", DEPTH, compression="zlib")


main()
