// Decodes and checks what the hub sends; runs on the socket's thread, so that the editor's main thread gets trusted
// messages.
using System;
using System.Text;

namespace VibeSync.Core
{
    /// <summary>Bytes to checked messages.</summary>
    public static class Codec
    {
        private static readonly Lazy<Schema> s_Schema = new Lazy<Schema>(() => new Schema(Generated.SchemaJson));
        private static readonly Encoding s_StrictUtf8 = new UTF8Encoding(false, true);

        /// <summary>The generated schema; parsed once, when first needed.</summary>
        public static Schema Schema
        {
            get { return s_Schema.Value; }
        }

        public static LinkEvent DecodeText(byte[] bytes)
        {
            try
            {
                object value;
                string error;
                bool isRead = JsonReader.TryRead(s_StrictUtf8.GetString(bytes), out value, out error);
                if (!isRead || Schema.ErrorOrNull(value, "DownMessage") != null) return Unreadable("E_MALFORMED");
                return new LinkEvent { Kind = LinkEventKind.Message, Message = (JsonObject)value };
            }
            catch (DecoderFallbackException)
            {
                return Unreadable("E_MALFORMED");
            }
        }

        public static LinkEvent DecodeBinary(byte[] bytes)
        {
            string code;
            TransformFrame frame = TransformFrame.DecodeOrNull(bytes, out code);
            return frame == null ? Unreadable(code) : new LinkEvent { Kind = LinkEventKind.Frame, Frame = frame };
        }

        private static LinkEvent Unreadable(string code)
        {
            return new LinkEvent { Kind = LinkEventKind.Unreadable, Code = code };
        }
    }
}
