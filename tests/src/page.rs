//! What a person can do on the page and on the tenant's sign-in pages.

use thirtyfour::prelude::*;

use crate::browser::Browser;
use crate::lab::Lab;
use crate::sign_in::code_now;
use crate::wait::until_async;

/// Something a person could not do, in words.
pub type Outcome<T = ()> = Result<T, String>;

/// A person in front of a browser.
#[derive(Debug)]
pub struct Person<'a> {
    /// What they look at.
    pub browser: &'a Browser,
    /// The world they are in.
    pub lab: &'a Lab,
}

/// A button of the terms' page.
const ANSWERS: &str = "button[name=answer]";

fn words(error: WebDriverError) -> String {
    error.to_string().chars().take(300).collect()
}

impl Person<'_> {
    fn driver(&self) -> &WebDriver {
        &self.browser.driver
    }

    /// Opens the portal.
    pub async fn opens_the_portal(&self) -> Outcome {
        self.goes_to(self.lab.tenant.value("page")).await
    }

    /// Types an address.
    pub async fn goes_to(&self, url: &str) -> Outcome {
        self.driver().goto(url).await.map_err(words)
    }

    /// Waits for a heading on the page.
    pub async fn sees(&self, heading: &str) -> Outcome {
        let what = format!("the heading {heading:?}");
        let seen = until_async(&what, || async {
            let text = self
                .driver()
                .find(By::Css("h1"))
                .await
                .ok()?
                .text()
                .await
                .ok()?;
            (text == heading).then_some(())
        });
        seen.await
    }

    /// The text of something, once it is there.
    pub async fn reads(&self, css: &str) -> Outcome<String> {
        until_async(css, || async {
            let text = self
                .driver()
                .find(By::Css(css))
                .await
                .ok()?
                .text()
                .await
                .ok()?;
            (!text.is_empty()).then_some(text)
        })
        .await
    }

    /// Clicks something, once it can be.
    pub async fn clicks(&self, css: &str) -> Outcome {
        until_async(css, || async {
            let element = self.driver().find(By::Css(css)).await.ok()?;
            element.click().await.ok()
        })
        .await
    }

    /// Fills a field, once it is there.
    pub async fn fills(&self, css: &str, text: &str) -> Outcome {
        let element = until_async(css, || async {
            let element = self.driver().find(By::Css(css)).await.ok()?;
            element.is_displayed().await.ok()?.then_some(element)
        })
        .await?;
        // As a person does: WebDriver's own way to empty a field tells the page nothing, and whatever the page draws next brings the old
        // text back.
        let all = Key::Control + "a";
        element.send_keys(all).await.map_err(words)?;
        element.send_keys(text).await.map_err(words)
    }

    /// From the first page to the tenant's sign-in.
    pub async fn chooses_work_device_and_account(&self, upn: &str) -> Outcome {
        self.sees("Join this device").await?;
        self.clicks("button[type=submit]").await?;
        self.fills("#account", upn).await?;
        self.clicks("button[type=submit]").await
    }

    /// The password page.
    pub async fn enters_password(&self, password: &str) -> Outcome {
        self.fills("input[autocomplete=current-password]", password)
            .await?;
        self.clicks("main form button[type=submit]").await
    }

    /// The code page.
    pub async fn enters_code(&self, secret: &str) -> Outcome {
        self.fills("input[autocomplete=one-time-code]", &code_now(secret))
            .await?;
        self.clicks("main form button[type=submit]").await
    }

    /// "Stay signed in?"
    pub async fn does_not_stay_signed_in(&self) -> Outcome {
        self.sees("Stay signed in?").await?;
        self.clicks("button[value=no]").await
    }

    /// The whole sign-in.
    pub async fn signs_in(&self, upn: &str) -> Outcome {
        let (password, totp) = self.lab.tenant.person(upn);
        self.chooses_work_device_and_account(upn).await?;
        self.enters_password(&password).await?;
        if let Some(secret) = totp {
            self.enters_code(&secret).await?;
        }
        self.does_not_stay_signed_in().await
    }

    /// From the page to the terms of use.
    pub async fn opens_the_terms(&self) -> Outcome {
        self.sees("Terms of use").await?;
        self.clicks("main .actions button.main").await?;
        self.reads(ANSWERS).await.map(drop)
    }

    /// The terms of use, and yes.
    pub async fn reads_and_accepts_the_terms(&self) -> Outcome {
        self.opens_the_terms().await?;
        self.clicks("button[name=answer][value=accept]").await
    }

    /// The terms of use, and no.
    pub async fn declines_the_terms(&self) -> Outcome {
        self.opens_the_terms().await?;
        self.clicks("button[name=answer][value=decline]").await
    }

    /// The browser's back button.
    pub async fn goes_back(&self) -> Outcome {
        self.driver().back().await.map_err(words)
    }

    /// Waits until the page says this somewhere.
    pub async fn sees_text(&self, text: &str) -> Outcome {
        let what = format!("the text {text:?}");
        let seen = until_async(&what, || async {
            let all = self.driver().find(By::Css("main")).await.ok()?;
            all.text().await.ok()?.contains(text).then_some(())
        });
        seen.await
    }

    /// The end of a join with management.
    pub async fn is_managed(&self) -> Outcome {
        self.sees("This device has joined").await?;
        self.sees_text("In force").await
    }

    /// The name, and yes.
    pub async fn confirms(&self, name: &str) -> Outcome {
        self.sees("Is this right?").await?;
        self.fills("#device-name", name).await?;
        self.clicks("button[type=submit]").await
    }

    /// From the portal to a joined device.
    pub async fn joins(&self, upn: &str, name: &str) -> Outcome {
        self.opens_the_portal().await?;
        self.signs_in(upn).await?;
        self.confirms(name).await?;
        self.sees("This device has joined").await
    }
}
