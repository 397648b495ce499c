// Stand-in for UnityEngine's value types: single-precision storage like Unity's, formulas from the manual.
// Modelled after docs.unity3d.com/ScriptReference/{Vector2,Vector3,Quaternion,Color,Bounds,Mathf}.html. Only what the
// package uses.
using System;

namespace UnityEngine
{
    public struct Vector2
    {
        public float x, y;
        public Vector2(float x, float y) { this.x = x; this.y = y; }
    }

    public struct Vector3
    {
        public float x, y, z;

        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }

        public static Vector3 zero { get { return new Vector3(0, 0, 0); } }
        public static Vector3 one { get { return new Vector3(1, 1, 1); } }

        public static Vector3 operator +(Vector3 a, Vector3 b) { return new Vector3(a.x + b.x, a.y + b.y, a.z + b.z); }
        public static Vector3 operator -(Vector3 a, Vector3 b) { return new Vector3(a.x - b.x, a.y - b.y, a.z - b.z); }
        public static Vector3 operator *(Vector3 a, float b) { return new Vector3(a.x * b, a.y * b, a.z * b); }
    }

    public struct Quaternion
    {
        public float x, y, z, w;

        public Quaternion(float x, float y, float z, float w) { this.x = x; this.y = y; this.z = z; this.w = w; }

        public static Quaternion identity { get { return new Quaternion(0, 0, 0, 1); } }

        public static Quaternion operator *(Quaternion a, Quaternion b)
        {
            return new Quaternion(
                a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
                a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
                a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);
        }

        public static Quaternion Inverse(Quaternion q) { return new Quaternion(-q.x, -q.y, -q.z, q.w); }

        /// <summary>Order Z, X, Y: docs.unity3d.com/ScriptReference/Quaternion.Euler.html.</summary>
        public static Quaternion Euler(float x, float y, float z)
        {
            return AroundAxis(1, y) * AroundAxis(0, x) * AroundAxis(2, z);
        }

        private static Quaternion AroundAxis(int axis, float degrees)
        {
            double half = degrees * Math.PI / 360;
            var s = (float)Math.Sin(half);
            return new Quaternion(axis == 0 ? s : 0, axis == 1 ? s : 0, axis == 2 ? s : 0, (float)Math.Cos(half));
        }
    }

    public struct Color
    {
        public float r, g, b, a;
        public Color(float r, float g, float b) : this(r, g, b, 1) { }
        public Color(float r, float g, float b, float a) { this.r = r; this.g = g; this.b = b; this.a = a; }
        public static Color white { get { return new Color(1, 1, 1); } }
    }

    public struct Bounds
    {
        public Vector3 center, size;
        public Bounds(Vector3 center, Vector3 size) { this.center = center; this.size = size; }
    }

    /// <summary>Translation, rotation and scale as 3x3 + offset in double precision; world placement is derived with
    /// it.</summary>
    internal struct Placement3
    {
        private double[] m_Rows;
        private double[] m_Offset;

        public static Placement3 Of(Vector3 t, Quaternion q, Vector3 s)
        {
            double x = q.x, y = q.y, z = q.z, w = q.w;
            return new Placement3
            {
                m_Offset = new double[] { t.x, t.y, t.z },
                m_Rows = new[]
                {
                    (1 - 2 * (y * y + z * z)) * s.x, 2 * (x * y - z * w) * s.y, 2 * (x * z + y * w) * s.z,
                    2 * (x * y + z * w) * s.x, (1 - 2 * (x * x + z * z)) * s.y, 2 * (y * z - x * w) * s.z,
                    2 * (x * z - y * w) * s.x, 2 * (y * z + x * w) * s.y, (1 - 2 * (x * x + y * y)) * s.z,
                },
            };
        }

        public double[] Offset { get { return m_Offset; } }

        /// <summary>Column lengths projected on the rotated axes: the diagonal of R^-1 M.</summary>
        public double[] ScaleAlong(Quaternion rotation)
        {
            double[] axes = Of(Vector3.zero, rotation, Vector3.one).m_Rows;
            var scale = new double[3];
            for (int column = 0; column < 3; column++)
            {
                for (int row = 0; row < 3; row++) scale[column] += axes[row * 3 + column] * m_Rows[row * 3 + column];
            }
            return scale;
        }

        public static Placement3 operator *(Placement3 a, Placement3 b)
        {
            var result = new Placement3 { m_Rows = new double[9], m_Offset = new double[3] };
            for (int row = 0; row < 3; row++)
            {
                result.m_Offset[row] = a.m_Offset[row];
                for (int inner = 0; inner < 3; inner++)
                {
                    double factor = a.m_Rows[row * 3 + inner];
                    result.m_Offset[row] += factor * b.m_Offset[inner];
                    for (int column = 0; column < 3; column++)
                    {
                        result.m_Rows[row * 3 + column] += factor * b.m_Rows[inner * 3 + column];
                    }
                }
            }
            return result;
        }

        public Placement3 Inverse()
        {
            double[] m = m_Rows;
            double c0 = m[4] * m[8] - m[5] * m[7], c1 = m[5] * m[6] - m[3] * m[8], c2 = m[3] * m[7] - m[4] * m[6];
            double determinant = m[0] * c0 + m[1] * c1 + m[2] * c2;
            double f = Math.Abs(determinant) < 1e-30 ? 0 : 1 / determinant;
            double[] rows =
            {
                c0 * f, (m[2] * m[7] - m[1] * m[8]) * f, (m[1] * m[5] - m[2] * m[4]) * f,
                c1 * f, (m[0] * m[8] - m[2] * m[6]) * f, (m[2] * m[3] - m[0] * m[5]) * f,
                c2 * f, (m[1] * m[6] - m[0] * m[7]) * f, (m[0] * m[4] - m[1] * m[3]) * f,
            };
            var offset = new double[3];
            for (int row = 0; row < 3; row++)
            {
                for (int inner = 0; inner < 3; inner++) offset[row] -= rows[row * 3 + inner] * m_Offset[inner];
            }
            return new Placement3 { m_Rows = rows, m_Offset = offset };
        }
    }
}
