//! Limits of a show that is played at a multiple of its speed: in a second it does as much more.

/// This many a second, at that many times the speed; never fewer. 0 stays 0, which is no limit.
pub fn at_speed(per_s: u32, speed: f64) -> u32 {
    // Where the product is too large the cast gives the largest number, which is as good.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
    let scaled = (f64::from(per_s) * speed.max(1.0)).ceil() as u32;
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_grows_with_the_speed_and_never_shrinks() {
        assert_eq!((at_speed(250, 1.0), at_speed(250, 20.0), at_speed(3, 1.5)), (250, 5_000, 5));
        assert_eq!((at_speed(250, 0.5), at_speed(250, f64::NAN)), (250, 250));
        assert_eq!((at_speed(0, 20.0), at_speed(u32::MAX, 2.0)), (0, u32::MAX));
    }
}
