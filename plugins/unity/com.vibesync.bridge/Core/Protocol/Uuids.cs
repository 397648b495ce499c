// UUID text and bytes. Text is the lower-case hyphenated form of RFC 4122; on the binary lane it is the same 16 bytes
// in the same order. System.Guid is used for making them only: its own byte order is mixed-endian.
using System;

namespace VibeSync.Core
{
    /// <summary>Makes, checks and packs UUIDs.</summary>
    public static class Uuids
    {
        private const int k_TextLength = 36;
        private const string k_Digits = "0123456789abcdef";

        public static string New()
        {
            return Guid.NewGuid().ToString("D");
        }

        public static bool IsUuid(string text)
        {
            if (text == null || text.Length != k_TextLength) return false;
            for (int index = 0; index < k_TextLength; index++)
            {
                bool isHyphen = index == 8 || index == 13 || index == 18 || index == 23;
                if (isHyphen ? text[index] != '-' : k_Digits.IndexOf(text[index]) < 0) return false;
            }
            return true;
        }

        public static string FromBytes(byte[] bytes, int offset)
        {
            var text = new char[k_TextLength];
            int at = 0;
            for (int index = 0; index < 16; index++)
            {
                if (at == 8 || at == 13 || at == 18 || at == 23) text[at++] = '-';
                text[at++] = k_Digits[bytes[offset + index] >> 4];
                text[at++] = k_Digits[bytes[offset + index] & 15];
            }
            return new string(text);
        }

        public static void ToBytes(string uuid, byte[] bytes, int offset)
        {
            int at = 0;
            for (int index = 0; index < 16; index++)
            {
                if (uuid[at] == '-') at++;
                bytes[offset + index] = (byte)(k_Digits.IndexOf(uuid[at]) << 4 | k_Digits.IndexOf(uuid[at + 1]));
                at += 2;
            }
        }
    }
}
