// The text of scene and prefab files: one line a fact, in the spirit of Unity's YAML (manual: FormatDescription).
// Single-precision numbers are written so that reading gives the same bits. Meshes that are not assets are kept in the
// file, as Unity keeps them.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using UnityEngine;

namespace UnityStandIn
{
    public static class SceneText
    {
        public static string Write(IEnumerable<Snapshot> roots)
        {
            var text = new StringBuilder();
            foreach (Snapshot root in roots) WriteNode(text, root, 0);
            return text.ToString();
        }

        public static List<Snapshot> Read(string text)
        {
            var roots = new List<Snapshot>();
            var path = new List<Snapshot>();
            var meshes = new Dictionary<string, Mesh>();
            Dictionary<string, object> properties = null;
            foreach (string line in text.Split('\n').Where(line => line.Length > 0))
            {
                string[] words = line.Split(' ');
                if (words[0] == "node")
                {
                    var node = new Snapshot { LocalId = long.Parse(words[2]),
                        Properties = properties = new Dictionary<string, object>() };
                    int depth = int.Parse(words[1]);
                    path.RemoveRange(depth, path.Count - depth);
                    List<Snapshot> siblings = depth == 0 ? roots : path[depth - 1].Children;
                    node.SiblingIndex = siblings.Count;
                    siblings.Add(node);
                    path.Add(node);
                }
                else if (words[0] == "prefab") path.Last().Prefab = ReadLink(words);
                else if (words[0] == "component")
                {
                    properties = new Dictionary<string, object>();
                    path.Last().Components.Add(new ComponentSnapshot { TypeName = words[1], Properties = properties });
                }
                else properties[Unescape(words[1])] = ReadValue(words[2], meshes);
            }
            return roots;
        }

        public static bool IsSame(object a, object b)
        {
            return WriteValue(a) == WriteValue(b);
        }

        private static void WriteNode(StringBuilder text, Snapshot node, int depth)
        {
            var flags = (HideFlags)(int)node.Properties["m_ObjectHideFlags"];
            if ((flags & HideFlags.DontSaveInEditor) != 0) return;
            text.Append("node ").Append(depth).Append(' ').Append(node.LocalId).Append('\n');
            WriteProperties(text, node.Properties);
            if (node.Prefab != null)
            {
                text.Append("prefab ").Append(Escape(node.Prefab.AssetPath)).Append(' ');
                text.Append(node.Prefab.SourceId).Append(' ');
                text.Append(node.Prefab.IsRoot ? "1" : "0").Append(' ');
                text.Append(string.Join(",", node.Prefab.Overrides.Select(Escape).ToArray())).Append('\n');
            }
            foreach (ComponentSnapshot component in node.Components)
            {
                text.Append("component ").Append(component.TypeName).Append('\n');
                WriteProperties(text, component.Properties);
            }
            foreach (Snapshot child in node.Children) WriteNode(text, child, depth + 1);
        }

        private static PrefabLink ReadLink(string[] words)
        {
            var link = new PrefabLink { AssetPath = Unescape(words[1]), SourceId = long.Parse(words[2]),
                IsRoot = words[3] == "1" };
            foreach (string name in words[4].Split(',').Where(name => name.Length > 0))
                link.Overrides.Add(Unescape(name));
            return link;
        }

        private static void WriteProperties(StringBuilder text, Dictionary<string, object> properties)
        {
            foreach (KeyValuePair<string, object> property in properties)
            {
                text.Append("value ").Append(Escape(property.Key)).Append(' ');
                text.Append(WriteValue(property.Value)).Append('\n');
            }
        }

        private static string WriteValue(object value)
        {
            if (value == null) return "none:";
            if (value is bool) return "bool:" + ((bool)value ? "1" : "0");
            if (value is int) return "int:" + value;
            if (value is long) return "long:" + value;
            if (value is float) return "float:" + Number((float)value);
            if (value is string) return "text:" + Escape((string)value);
            if (value is string[]) return "texts:" + string.Join(",", ((string[])value).Select(Escape).ToArray());
            if (value is Vector3) { var v = (Vector3)value; return "vec:" + Numbers(v.x, v.y, v.z); }
            if (value is Quaternion) { var q = (Quaternion)value; return "quat:" + Numbers(q.x, q.y, q.z, q.w); }
            if (value is Color) { var c = (Color)value; return "color:" + Numbers(c.r, c.g, c.b, c.a); }
            var mesh = value as Mesh;
            if (ReferenceEquals(mesh, null))
                throw new NotSupportedException("A scene file cannot hold a " + value.GetType());
            if (mesh == null) return "none:";
            Vector3 at = mesh.bounds.center, size = mesh.bounds.size;
            return "mesh:" + mesh.NativeId + "," + Escape(mesh.name) + "," + Numbers(at.x, at.y, at.z, size.x, size.y,
                size.z);
        }

        private static object ReadValue(string text, Dictionary<string, Mesh> meshes)
        {
            int colon = text.IndexOf(':');
            string rest = text.Substring(colon + 1);
            switch (text.Substring(0, colon))
            {
                case "none": return null;
                case "bool": return rest == "1";
                case "int": return int.Parse(rest);
                case "long": return long.Parse(rest);
                case "float": return Floats(rest)[0];
                case "text": return Unescape(rest);
                case "texts": return rest.Split(',').Where(item => item.Length > 0).Select(Unescape).ToArray();
                case "vec": return ToVector(Floats(rest), 0);
                case "quat": { float[] f = Floats(rest); return new Quaternion(f[0], f[1], f[2], f[3]); }
                case "color": { float[] f = Floats(rest); return new Color(f[0], f[1], f[2], f[3]); }
                default: return ReadMesh(rest, meshes);
            }
        }

        // One mesh that several objects show is one mesh again.
        private static Mesh ReadMesh(string rest, Dictionary<string, Mesh> meshes)
        {
            string[] parts = rest.Split(new[] { ',' }, 3);
            if (parts[0].StartsWith("-") == false) return BuiltInMeshes.ByName(Unescape(parts[1]));
            if (meshes.ContainsKey(parts[0])) return meshes[parts[0]];
            float[] f = Floats(parts[2]);
            var mesh = new Mesh { name = Unescape(parts[1]), bounds = new Bounds(ToVector(f, 0), ToVector(f, 3)) };
            return meshes[parts[0]] = mesh;
        }

        private static Vector3 ToVector(float[] f, int at) { return new Vector3(f[at], f[at + 1], f[at + 2]); }

        private static float[] Floats(string text)
        {
            return text.Split(',').Select(part => float.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        }

        private static string Numbers(params float[] numbers) { return string.Join(",",
            numbers.Select(Number).ToArray()); }
        private static string Number(float number) { return number.ToString("R", CultureInfo.InvariantCulture); }
        private static string Escape(string text) { return Uri.EscapeDataString(text); }
        private static string Unescape(string text) { return Uri.UnescapeDataString(text); }
    }

    /// <summary>Unity's primitive meshes: shared by everybody, with positive ids of their own.</summary>
    public static class BuiltInMeshes
    {
        private static readonly Dictionary<string, Mesh> s_Meshes = new Dictionary<string, Mesh>();

        public static Mesh ByName(string name)
        {
            Mesh mesh;
            if (s_Meshes.TryGetValue(name, out mesh)) return mesh;
            Vector3 size = name == "Plane" ? new Vector3(10, 0, 10) : Vector3.one;
            mesh = new Mesh { name = name, bounds = new Bounds(Vector3.zero, size) };
            mesh.Register(10202 + s_Meshes.Count);
            return s_Meshes[name] = mesh;
        }
    }
}
