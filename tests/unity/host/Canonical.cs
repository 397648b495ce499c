// Canonical values of the stand-in's objects, by formulas of its own (matrices, where the package uses quaternion
// identities), so that comparing this dump with Blender's also checks the package's conversion.
//
//   D = diag(-1, 1, 1) mirrors Unity into canonical space; H = diag(-1, 1, -1) is the half turn of camera and light
//   nodes.
//   R = D Hp Ru Hs D with Hp, Hs only where the parent, the object is such a node; t = D Hp tu.
using System;
using UnityEngine;
using VibeSync.Core;

namespace VibeSync.Host
{
    public static class Canonical
    {
        private static readonly double[] s_Mirror = { -1, 1, 1 };
        private static readonly double[] s_HalfTurn = { -1, 1, -1 };
        private static readonly double[] s_One = { 1, 1, 1 };

        public static bool IsTurned(GameObject target)
        {
            return target.GetComponent<Camera>() != null || target.GetComponent<Light>() != null;
        }

        public static double[] Translation(GameObject target)
        {
            Vector3 t = target.transform.localPosition;
            double[] before = Before(target);
            return new[] { before[0] * t.x, before[1] * t.y, before[2] * t.z };
        }

        public static Vector3 ToUnityTranslation(GameObject target, double[] value)
        {
            double[] before = Before(target);
            return new Vector3((float)(value[0] * before[0]), (float)(value[1] * before[1]),
                (float)(value[2] * before[2]));
        }

        public static double[] Rotation(GameObject target)
        {
            Quaternion q = target.transform.localRotation;
            double[,] matrix = ToMatrix(q.x, q.y, q.z, q.w);
            return ToQuaternion(Scaled(Before(target), matrix, After(target)));
        }

        public static Quaternion ToUnityRotation(GameObject target, double[] value)
        {
            double[,] matrix = ToMatrix(value[0], value[1], value[2], value[3]);
            double[] q = ToQuaternion(Scaled(Before(target), matrix, After(target)));
            return new Quaternion((float)q[0], (float)q[1], (float)q[2], (float)q[3]);
        }

        public static JsonObject Describe(GameObject target, Func<GameObject, string> uuidOf)
        {
            Transform parent = target.transform.parent;
            Vector3 s = target.transform.localScale;
            var described = new JsonObject
            {
                { "kind", "object" }, { "name", target.name }, { "type", TypeOf(target) },
                { "visible", target.activeSelf },
                { "parent", parent == null ? null : uuidOf(parent.gameObject) },
                { "translation", Translation(target) }, { "rotation", Rotation(target) },
                { "scale", new double[] { s.x, s.y, s.z } },
            };
            var camera = target.GetComponent<Camera>();
            var light = target.GetComponent<Light>();
            if (camera != null) DescribeCamera(camera, described);
            if (light != null) DescribeLight(light, described);
            return described;
        }

        private static string TypeOf(GameObject target)
        {
            if (target.GetComponent<Camera>() != null) return "camera";
            if (target.GetComponent<Light>() != null) return "light";
            return target.GetComponent<MeshFilter>() != null ? "mesh" : "empty";
        }

        private static void DescribeCamera(Camera camera, JsonObject into)
        {
            into["camera.projection"] = camera.orthographic ? "orthographic" : "perspective";
            if (camera.orthographic) into["camera.ymag"] = camera.orthographicSize;
            else into["camera.yfov"] = camera.fieldOfView * Math.PI / 180;
            into["camera.near"] = camera.nearClipPlane;
            into["camera.far"] = camera.farClipPlane;
        }

        private static void DescribeLight(Light light, JsonObject into)
        {
            Color c = light.color;
            string type = light.type == LightType.Spot ? "spot" : light.type == LightType.Point ? "point"
                : light.type == LightType.Directional ? "sun" : "area";
            into["light.type"] = type;
            into["light.color"] = new[] { Linear(c.r), Linear(c.g), Linear(c.b) };
            into["light.intensity"] = light.intensity * (type == "area" ? 1 : Math.PI * 683);
            if (type != "sun") into["light.range"] = light.range >= 100000 ? 0 : light.range;
            if (type != "spot") return;
            into["light.outer"] = light.spotAngle * Math.PI / 360;
            into["light.inner"] = light.innerSpotAngle * Math.PI / 360;
        }

        private static double Linear(double gamma)
        {
            return gamma <= 0.04045 ? gamma / 12.92 : Math.Pow((gamma + 0.055) / 1.055, 2.4);
        }

        private static double[] Before(GameObject target)
        {
            Transform parent = target.transform.parent;
            double[] turn = parent != null && IsTurned(parent.gameObject) ? s_HalfTurn : s_One;
            return new[] { s_Mirror[0] * turn[0], s_Mirror[1] * turn[1], s_Mirror[2] * turn[2] };
        }

        private static double[] After(GameObject target)
        {
            double[] turn = IsTurned(target) ? s_HalfTurn : s_One;
            return new[] { s_Mirror[0] * turn[0], s_Mirror[1] * turn[1], s_Mirror[2] * turn[2] };
        }

        private static double[,] Scaled(double[] left, double[,] matrix, double[] right)
        {
            var result = new double[3, 3];
            for (int row = 0; row < 3; row++)
            {
                for (int column = 0; column < 3; column++)
                {
                    result[row, column] = left[row] * matrix[row, column] * right[column];
                }
            }
            return result;
        }

        private static double[,] ToMatrix(double x, double y, double z, double w)
        {
            return new[,]
            {
                { 1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w) },
                { 2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w) },
                { 2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y) },
            };
        }

        // Bar-Itzhack's idea, simplified: the largest of the four squares is taken first, for accuracy.
        private static double[] ToQuaternion(double[,] m)
        {
            double[] squares =
            {
                1 + m[0, 0] - m[1, 1] - m[2, 2], 1 - m[0, 0] + m[1, 1] - m[2, 2],
                1 - m[0, 0] - m[1, 1] + m[2, 2], 1 + m[0, 0] + m[1, 1] + m[2, 2],
            };
            int largest = 0;
            for (int index = 1; index < 4; index++) { if (squares[index] > squares[largest]) largest = index; }
            double f = 0.5 / Math.Sqrt(squares[largest]);
            double xy = m[0, 1] + m[1, 0], xz = m[0, 2] + m[2, 0], yz = m[1, 2] + m[2, 1];
            double wx = m[2, 1] - m[1, 2], wy = m[0, 2] - m[2, 0], wz = m[1, 0] - m[0, 1];
            double[][] rows =
            {
                new[] { squares[0], xy, xz, wx }, new[] { xy, squares[1], yz, wy },
                new[] { xz, yz, squares[2], wz }, new[] { wx, wy, wz, squares[3] },
            };
            double sign = rows[largest][3] < 0 ? -f : f;
            return Array.ConvertAll(rows[largest], value => value * sign);
        }
    }
}
