// Reads JSON text (RFC 8259) into plain values: null, bool, double, string, JsonArray, JsonObject.
//
// Everything read here comes from another process or from disk, so the reader is strict: no comments, no trailing
// comma, no NaN, no lone control characters, no member twice, bounded depth. It never throws for bad input: it says
// what is wrong. It does not know the protocol; Schema does.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace VibeSync.Core
{
    /// <summary>A JSON object: members in ordinal comparison.</summary>
    public sealed class JsonObject : Dictionary<string, object>
    {
        public JsonObject() : base(StringComparer.Ordinal) { }
    }

    /// <summary>A JSON array.</summary>
    public sealed class JsonArray : List<object> { }

    /// <summary>A strict, bounded JSON reader.</summary>
    public sealed class JsonReader
    {
        /// <summary>Deeper than any message of the protocol or file of the plugin.</summary>
        public const int DepthMax = 32;

        private readonly string m_Text;
        private int m_At;
        private int m_Depth;

        private JsonReader(string text)
        {
            m_Text = text;
        }

        /// <summary>Reads a whole document. On failure <paramref name="error"/> says what and where.</summary>
        public static bool TryRead(string text, out object value, out string error)
        {
            var reader = new JsonReader(text);
            try
            {
                value = reader.ReadValue();
                reader.SkipSpace();
                if (reader.m_At != text.Length) throw reader.Fail("more text after the end");
                error = null;
                return true;
            }
            catch (FormatException exception)
            {
                value = null;
                error = exception.Message;
                return false;
            }
        }

        private object ReadValue()
        {
            SkipSpace();
            switch (Peek())
            {
                case '{': return ReadObject();
                case '[': return ReadArray();
                case '"': return ReadString();
                case 't': return ReadWord("true", true);
                case 'f': return ReadWord("false", false);
                case 'n': return ReadWord("null", null);
                default: return ReadNumber();
            }
        }

        private JsonObject ReadObject()
        {
            Enter();
            var result = new JsonObject();
            SkipSpace();
            if (Peek() == '}') return Leave(result);
            while (true)
            {
                SkipSpace();
                if (Peek() != '"') throw Fail("a member name was expected");
                string name = ReadString();
                SkipSpace();
                Expect(':');
                if (result.ContainsKey(name)) throw Fail("a member is named twice");
                result.Add(name, ReadValue());
                SkipSpace();
                if (Peek() == '}') return Leave(result);
                Expect(',');
            }
        }

        private JsonArray ReadArray()
        {
            Enter();
            var result = new JsonArray();
            SkipSpace();
            if (Peek() == ']') return Leave(result);
            while (true)
            {
                result.Add(ReadValue());
                SkipSpace();
                if (Peek() == ']') return Leave(result);
                Expect(',');
            }
        }

        private string ReadString()
        {
            Expect('"');
            int start = m_At;
            while (Peek() != '"' && Peek() != '\\' && Peek() >= ' ') m_At++;
            if (Peek() == '"') return m_Text.Substring(start, m_At++ - start);
            var text = new StringBuilder(m_Text, start, m_At - start, 64);
            while (Peek() != '"')
            {
                char next = Peek();
                if (next < ' ') throw Fail("a control character in text");
                m_At++;
                text.Append(next == '\\' ? ReadEscape() : next);
            }
            m_At++;
            return text.ToString();
        }

        private char ReadEscape()
        {
            char kind = Peek();
            m_At++;
            switch (kind)
            {
                case '"': case '\\': case '/': return kind;
                case 'b': return '\b';
                case 'f': return '\f';
                case 'n': return '\n';
                case 'r': return '\r';
                case 't': return '\t';
                case 'u': return ReadHex();
                default: throw Fail("an unknown escape");
            }
        }

        private char ReadHex()
        {
            int code;
            string digits = m_At + 4 <= m_Text.Length ? m_Text.Substring(m_At, 4) : "";
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code))
            {
                throw Fail("a bad \\u escape");
            }
            m_At += 4;
            return (char)code;
        }

        private object ReadNumber()
        {
            int start = m_At;
            if (Peek() == '-') m_At++;
            int whole = SkipDigits();
            if (whole == 0 || (whole > 1 && m_Text[m_At - whole] == '0')) throw Fail("a value was expected");
            if (Peek() == '.')
            {
                m_At++;
                if (SkipDigits() == 0) throw Fail("digits were expected");
            }
            if (Peek() == 'e' || Peek() == 'E')
            {
                m_At++;
                if (Peek() == '+' || Peek() == '-') m_At++;
                if (SkipDigits() == 0) throw Fail("digits were expected");
            }
            double value;
            string digits = m_Text.Substring(start, m_At - start);
            bool isRead = double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
            if (!isRead || double.IsInfinity(value)) throw Fail("a number is out of range");
            return value;
        }

        private int SkipDigits()
        {
            int start = m_At;
            while (Peek() >= '0' && Peek() <= '9') m_At++;
            return m_At - start;
        }

        private object ReadWord(string word, object value)
        {
            if (string.CompareOrdinal(m_Text, m_At, word, 0, word.Length) != 0) throw Fail("a value was expected");
            m_At += word.Length;
            return value;
        }

        private void SkipSpace()
        {
            while (m_At < m_Text.Length && " \t\r\n".IndexOf(m_Text[m_At]) >= 0) m_At++;
        }

        private char Peek()
        {
            return m_At < m_Text.Length ? m_Text[m_At] : '\0';
        }

        private void Expect(char wanted)
        {
            if (Peek() != wanted) throw Fail("'" + wanted + "' was expected");
            m_At++;
        }

        private void Enter()
        {
            m_At++;
            if (++m_Depth > DepthMax) throw Fail("nested too deeply");
        }

        private T Leave<T>(T value)
        {
            m_At++;
            m_Depth--;
            return value;
        }

        private FormatException Fail(string what)
        {
            return new FormatException("JSON: " + what + " at character " + m_At + ".");
        }
    }
}
