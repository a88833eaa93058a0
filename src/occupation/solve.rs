//! Linear equations with a symmetric positive definite matrix, by Cholesky's method.

/// Solves `matrix · x = right` in place: `matrix` (row-major, `size × size`) is overwritten by its
/// factor, `right` (row-major, `size × columns`) by the solution.
///
/// The matrix must be symmetric and positive definite; a ridge on the diagonal makes it so. Pivots
/// below the rounding error are raised to it.
pub(super) fn positive_definite(
    matrix: &mut [f32],
    right: &mut [f32],
    size: usize,
    columns: usize,
) {
    factor(matrix, size);
    for at in 0..size {
        let (done, rest) = right.split_at_mut(at * columns);
        let row = &mut rest[..columns];
        for (other, solved) in done.chunks_exact(columns).enumerate() {
            subtract(row, matrix[at * size + other], solved);
        }
        scale(row, matrix[at * size + at].recip());
    }
    for at in (0..size).rev() {
        let (rest, done) = right.split_at_mut((at + 1) * columns);
        let row = &mut rest[at * columns..];
        for (other, solved) in (at + 1..).zip(done.chunks_exact(columns)) {
            subtract(row, matrix[other * size + at], solved);
        }
        scale(row, matrix[at * size + at].recip());
    }
}

/// The lower triangular factor, row by row: every step is a product of two row beginnings.
fn factor(matrix: &mut [f32], size: usize) {
    for at in 0..size {
        let (above, rest) = matrix.split_at_mut(at * size);
        let row = &mut rest[..size];
        for (column, upper) in above.chunks_exact(size).enumerate() {
            let sum = row[column] - product(&row[..column], &upper[..column]);
            row[column] = sum / upper[column];
        }
        let pivot = row[at] - product(&row[..at], &row[..at]);
        row[at] = pivot.max(f32::EPSILON).sqrt();
    }
}

/// Sums in eight lanes, which the compiler turns into vector instructions.
fn product(one: &[f32], other: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0_f32; LANES];
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f32 = ones.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in ones.zip(others) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn subtract(row: &mut [f32], factor: f32, solved: &[f32]) {
    if factor != 0.0 {
        for (value, its) in row.iter_mut().zip(solved) {
            *value -= factor * its;
        }
    }
}

fn scale(row: &mut [f32], factor: f32) {
    for value in row {
        *value *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::positive_definite;

    #[test]
    fn solves_a_system_of_known_solution() {
        let size = 11;
        let value = |row: usize, column: usize| 1.0 / (1.0 + (row as f32 - column as f32).abs());
        let matrix: Vec<f32> = (0..size * size).map(|at| value(at / size, at % size)).collect();
        let wanted: Vec<f32> = (0..size * 2).map(|at| (at as f32).sin()).collect();
        let mut right = vec![0.0; size * 2];
        for row in 0..size {
            for column in 0..2 {
                right[row * 2 + column] = (0..size)
                    .map(|inner| matrix[row * size + inner] * wanted[inner * 2 + column])
                    .sum();
            }
        }
        positive_definite(&mut matrix.clone(), &mut right, size, 2);
        for (found, wanted) in right.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-4, "{found} {wanted}");
        }
    }
}
