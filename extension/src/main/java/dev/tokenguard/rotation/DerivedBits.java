package dev.tokenguard.rotation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Bits of name-based UUIDs of version 8 (RFC 9562, section 5.8) over SHA-256. */
final class DerivedBits {

  private DerivedBits() {}

  /** The first 64 bits of the digest. */
  static long of(String name) {
    return digest(name).getLong();
  }

  static ByteBuffer digest(String name) {
    try {
      return ByteBuffer.wrap(
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("SHA-256 is required of every Java platform", impossible);
    }
  }

  static long withVersion(long high) {
    return high & 0xFFFF_FFFF_FFFF_0FFFL | 0x8000L;
  }

  static long withVariant(long low) {
    return low & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
  }
}
