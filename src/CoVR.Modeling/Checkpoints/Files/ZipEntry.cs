namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>An entry of a zip archive as its directory lists it.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Method">0 for stored.</param>
/// <param name="Flags">General purpose flags; bit 0 means encrypted.</param>
/// <param name="Crc">CRC-32 of the content.</param>
/// <param name="Size">Bytes of the content.</param>
/// <param name="CompressedSize">Bytes in the archive.</param>
/// <param name="HeaderOffset">Where its local header starts.</param>
internal sealed record ZipEntry(string Name, ushort Method, ushort Flags, uint Crc, long Size, long CompressedSize, long HeaderOffset);
