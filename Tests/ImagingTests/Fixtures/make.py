"""Writes the image files beside this script.

    pip install pillow pillow-heif numpy opencv-python-headless
    python make.py

The picture is a formula, repeated in FixtureImage.swift, so that lossless files can be compared sample by sample.
"""

import io
import pathlib
import struct
import zlib

import cv2
import numpy
import pillow_heif
from PIL import Image, ImageCms

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 48, 32
FOCAL_LENGTH_35MM, ORIENTATION, EXIF_FOLDER = 0xA405, 0x0112, 0x8769


def picture():
    """Red grows to the right, green downwards, one blue corner at the top left: no two of its orientations agree."""
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    blue = numpy.where((x < 16) & (y < 8), 200, 40)
    return numpy.stack([5 * x, 8 * y, blue], axis=-1).astype(numpy.uint8)


def exif(orientation):
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags.get_ifd(EXIF_FOLDER)[FOCAL_LENGTH_35MM] = 26
    return tags


def matrix_profile(gamma):
    """A version 2 RGB profile with Adobe RGB's primaries, adapted to D50, and a power curve."""
    fixed = lambda value: struct.pack(">i", round(value * 65536))
    xyz = lambda *values: b"XYZ \0\0\0\0" + b"".join(map(fixed, values))
    text = b"text\0\0\0\0" + b"none\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    tags = [
        (b"cprt", text), (b"desc", name), (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", xyz(0.60974, 0.31111, 0.01947)), (b"gXYZ", xyz(0.20528, 0.62567, 0.06087)),
        (b"bXYZ", xyz(0.14919, 0.06322, 0.74457)), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve),
    ]
    table, data, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, content in tags:
        content += bytes(-len(content) % 4)
        table += tag + struct.pack(">II", start + len(data), len(content))
        data += content
    size = start + len(data)
    header = struct.pack(">I4sI4s4s4s12s4s", size, bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ", bytes(12), b"acsp")
    header += bytes(28) + fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return header.ljust(128, b"\0") + table + data


def rotated(heif):
    """The HEIC file `heif` with one more property: turn by 90 degrees counter-clockwise when it is shown."""
    grown = bytearray(heif)
    at = lambda name: heif.index(name) - 4
    size = lambda position: struct.unpack_from(">I", heif, position)[0]
    add = lambda position, count: struct.pack_into(">I", grown, position, size(position) + count)
    media = at(b"mdat") + 8
    for position in range(at(b"iloc"), at(b"iinf")):
        if size(position) >= media and size(position) < len(heif):
            add(position, 10)
    for name, count in ((b"meta", 10), (b"iprp", 10), (b"ipco", 9), (b"ipma", 1)):
        add(at(name), count)
    properties, links = at(b"ipco") + size(at(b"ipco")), at(b"ipma") + 18
    count = heif[links]
    ends = links + 1 + count
    return (
        bytes(grown[:properties]) + struct.pack(">I4sB", 9, b"irot", 1) + bytes(grown[properties:links])
        + bytes([count + 1]) + bytes(grown[links + 1 : ends]) + bytes([count + 1]) + bytes(grown[ends:])
    )


def with_focal_length(tiff):
    """The little-endian TIFF `tiff` with an EXIF folder, which Pillow does not write."""
    tiff += bytes(len(tiff) % 2)
    (start,) = struct.unpack_from("<I", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, start)
    entries = [tiff[start + 2 + 12 * index :][:12] for index in range(count)]
    exif = struct.pack("<HHHIHHI", 1, FOCAL_LENGTH_35MM, 3, 1, 26, 0, 0)
    entries.append(struct.pack("<HHII", EXIF_FOLDER, 4, 1, len(tiff)))
    entries.sort(key=lambda entry: struct.unpack_from("<H", entry))
    folder = struct.pack("<H", count + 1) + b"".join(entries) + bytes(4)
    return tiff[:4] + struct.pack("<I", len(tiff) + len(exif)) + tiff[8:] + exif + folder


def main():
    samples = picture()
    image = Image.fromarray(samples)
    grey = Image.fromarray(samples[:, :, 0])
    save = lambda picture, name, **options: picture.save(HERE / name, **options)

    save(image, "exif.jpg", quality=90, subsampling=2, exif=exif(1))
    save(image, "progressive.jpg", quality=85, progressive=True)
    save(image, "lossless.webp", lossless=True, exif=exif(1))
    save(image, "plain.tif", tiffinfo={ORIENTATION: 1}, compression="tiff_lzw")
    (HERE / "exif.tif").write_bytes(with_focal_length((HERE / "plain.tif").read_bytes()))
    save(image, "plain.png")
    save(image, "orientation6.png", exif=exif(6))
    save(grey, "grey.png")
    save(grey, "grey.jpg", quality=95)
    quantised = image.quantize(64)
    save(quantised, "palette.png")
    save(quantised.convert("RGB"), "palette-as-rgb.png")
    save(Image.fromarray(samples[:, :, 0] > 100), "bit.png")
    alpha = (samples[:, :, 1] // 2)[:, :, None]
    save(Image.fromarray(numpy.concatenate([samples, alpha], axis=-1), "RGBA"), "rgba.png")
    save(Image.fromarray(numpy.concatenate([samples[:, :, :1], alpha], axis=-1), "LA"), "grey-alpha.png")
    save(image, "pages.tif", save_all=True, append_images=[Image.new("RGB", (8, 8))])

    # White, cyan, magenta, black from left to right.
    inks = numpy.zeros((HEIGHT, WIDTH, 4), numpy.uint8)
    inks[:, 12:24, 0] = inks[:, 24:36, 1] = inks[:, 36:, 3] = 255
    save(Image.fromarray(inks, "CMYK"), "cmyk.jpg", quality=95, subsampling=0)
    save(Image.fromarray(inks, "CMYK"), "cmyk.tif", compression="tiff_lzw")

    # Sixteen bits: the high byte is the picture, the low byte is noise.
    wide = samples[:, :, ::-1].astype(numpy.uint16) * 256 + 201
    cv2.imwrite(str(HERE / "rgb16.png"), wide)
    cv2.imwrite(str(HERE / "rgb16.tif"), wide)
    cv2.imwrite(str(HERE / "grey16.png"), wide[:, :, 2])
    cv2.imwrite(str(HERE / "float.tif"), numpy.full((8, 8, 3), 0.5, numpy.float32))
    cv2.imwrite(str(HERE / "float-grey.tif"), numpy.full((8, 8), 0.5, numpy.float32))

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    save(image, "profile-srgb.png", icc_profile=srgb)
    save(image, "profile-adobe.png", icc_profile=matrix_profile(2.2))
    save(image, "profile-adobe.tif", icc_profile=matrix_profile(2.2))
    save(image, "profile-broken.jpg", quality=90, subsampling=2, icc_profile=matrix_profile(2.2)[:150] + bytes(200))
    save(grey, "profile-misfit.png", icc_profile=matrix_profile(2.2))

    pillow_heif.register_heif_opener()
    save(image, "plain.heic", quality=-1, chroma=444, exif=exif(1))
    (HERE / "rotated.heic").write_bytes(rotated((HERE / "plain.heic").read_bytes()))
    save(image, "plain.avif", quality=100, subsampling="4:4:4")

    for name in ("exif.jpg", "progressive.jpg"):
        decoded = Image.open(HERE / name).convert("RGB").tobytes()
        print(name, "CRC-32 of Pillow's RGB:", hex(zlib.crc32(decoded)))
    swapped = ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(matrix_profile(2.2))), ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC)
    print("profile-adobe at (40, 2), (10, 25):", swapped.getpixel((40, 2)), swapped.getpixel((10, 25)))


main()
